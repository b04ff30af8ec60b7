"""Watch a view over the live WebSocket, as a browser does."""

from collections.abc import Iterator

from pydantic import BaseModel, TypeAdapter
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from lantern.client.errors import LanternError
from lantern.client.figure import ClientFigure, client_figure
from lantern.client.http import API, Connection
from lantern.protocol import frame
from lantern.protocol.events import FigureEvent
from lantern.protocol.ids import SUBPROTOCOL
from lantern.protocol.live import Ack, LiveEvent, Watch, WatchingEvent
from lantern.protocol.problems import Problem
from lantern.protocol.views import View

MAX_FRAME_BYTES = 64_000_000
REF = "client"
live_event: TypeAdapter[LiveEvent] = TypeAdapter(LiveEvent)


def figures(connection: Connection, path: str, view: View) -> Iterator[list[ClientFigure]]:
    """Yield the figures of the view each time they are new."""
    try:
        with _connected(connection, path) as socket:
            socket.send(_text(Watch(ref=REF, view=view)))
            for message in socket:
                if isinstance(message, str):
                    _raise_refusal(live_event.validate_json(message))
                elif frame.header_of(message)["type"] == "figure":
                    event = frame.decode(message, FigureEvent)
                    yield [client_figure(figure) for figure in event.figures]
                    socket.send(_text(Ack()))
    except (OSError, WebSocketException) as error:
        problem = Problem(sentence=f"The connection to {connection.url} is gone: {error}.")
        raise LanternError(problem) from error


def _connected(connection: Connection, path: str) -> ClientConnection:
    return connect(
        connection.url.replace("http", "ws", 1) + API + path,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers=connection.headers,
        origin=Origin(connection.url),  # as its own page would: without one, web refuses
        compression=None,
        max_size=MAX_FRAME_BYTES,
    )


def _text(message: BaseModel) -> str:
    return message.model_dump_json()


def _raise_refusal(event: LiveEvent) -> None:
    if isinstance(event, WatchingEvent) and event.problem is not None:
        raise LanternError(event.problem)
