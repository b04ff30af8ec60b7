"""The beginning of every WebSocket here: one protocol version, or a sentence that says so."""

from starlette.websockets import WebSocket

from lantern.protocol.ids import SUBPROTOCOL

WRONG_VERSION = 1002


async def accept(socket: WebSocket) -> bool:
    """Accept a socket that speaks our protocol version; close any other with a sentence."""
    offered: list[str] = socket.scope.get("subprotocols", [])
    if SUBPROTOCOL in offered:
        await socket.accept(subprotocol=SUBPROTOCOL)
        return True
    # a browser only shows the reason if one of the protocols it offered is taken
    await socket.accept(subprotocol=offered[0] if offered else None)
    await socket.close(WRONG_VERSION, f"This server speaks {SUBPROTOCOL}; update and reload.")
    return False
