"""Watching over a real socket: acknowledged frames, and the server's sentence when it refuses."""

import json
import threading
from collections.abc import Iterator

import pytest
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Subprotocol

from lantern.client import LanternError, Session
from lantern.client.http import Connection
from lantern.protocol import frame
from lantern.protocol.events import FigureEvent
from lantern.protocol.figures import TextFigure
from lantern.protocol.ids import SUBPROTOCOL, SessionId, ViewKey


def _answer(socket: ServerConnection) -> None:
    asked = json.loads(socket.recv())
    if asked["view"]["inspector"] == "unknown":
        problem = {"sentence": "There is no inspector 'unknown'."}
        watching = {"type": "watching", "ref": asked["ref"], "key": None, "problem": problem}
        socket.send(json.dumps(watching))
        return
    for step in (1, 2):
        event = FigureEvent(
            key=ViewKey("k"), run=1, step=step, figures=(TextFigure(text=f"step {step}"),)
        )
        socket.send(frame.encode(event))
        assert json.loads(socket.recv()) == {"type": "ack", "frames": 1}


@pytest.fixture
def session() -> Iterator[Session]:
    server: Server = serve(_answer, "127.0.0.1", 0, subprotocols=[Subprotocol(SUBPROTOCOL)])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = server.socket.getsockname()[1]
    connection = Connection(f"http://127.0.0.1:{port}")
    yield Session(connection, SessionId("abc"))
    connection.close()
    server.shutdown()
    thread.join()


def test_figures_come_one_after_the_other(session: Session) -> None:
    seen = [figures[0].raw for figures in session.watch("network", units=4)]
    assert [figure.text for figure in seen if isinstance(figure, TextFigure)] == [
        "step 1",
        "step 2",
    ]


def test_a_refused_view_is_an_exception(session: Session) -> None:
    with pytest.raises(LanternError, match="no inspector 'unknown'"):
        next(session.watch("unknown"))


def test_a_server_that_is_gone_is_a_sentence() -> None:
    session = Session(Connection("http://127.0.0.1:9"), SessionId("abc"))
    with pytest.raises(LanternError, match=r"connection to http://127\.0\.0\.1:9 is gone"):
        next(session.watch("network"))
