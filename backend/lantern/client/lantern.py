"""A server, seen from a script."""

from typing import Any, Literal, Self

import httpx
from pydantic import JsonValue, TypeAdapter, ValidationError

from lantern.client.errors import LanternError
from lantern.client.figure import ClientFigure, client_figure
from lantern.client.http import Connection
from lantern.client.session import Session
from lantern.protocol.catalog import Catalog
from lantern.protocol.experiment import PARTS, Experiment
from lantern.protocol.ids import SessionId
from lantern.protocol.link import JobDone
from lantern.protocol.problems import Problem
from lantern.protocol.rest import CreateSession, Lesson, LessonCard, RunDemo, SessionInfo

DEFAULT_URL = "http://127.0.0.1:8000"


class Lantern:
    """A running Lantern server; usable as a context manager."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._connection = Connection(url, token, transport)

    def create(
        self,
        experiment: Experiment | None = None,
        *,
        phase: Literal["running", "paused"] = "paused",
        **fields: JsonValue,
    ) -> Session:
        """Create a session from an experiment, or from its fields.

        A plugin is given by its name or with parameters: `optimizer={"name": "adam",
        "params": {"learning_rate": 0.01}}`. It waits for `run` unless `phase` is `running`.
        """
        made = experiment or _experiment(fields)
        body = CreateSession(experiment=made, phase=phase)
        return Session(self._connection, self._connection.post(SessionInfo, "/sessions", body).id)

    def sessions(self) -> list[Session]:
        """Return all sessions, newest first."""
        found = TypeAdapter(list[SessionInfo]).validate_python(
            self._connection.json("GET", "/sessions")
        )
        return [Session(self._connection, info.id) for info in found]

    def session(self, id: str) -> Session:
        """Return the session of this id."""
        info = self._connection.get(SessionInfo, f"/sessions/{id}")
        return Session(self._connection, SessionId(info.id))

    def catalog(self) -> Catalog:
        """Return every plugin with its parameters."""
        return self._connection.get(Catalog, "/catalog")

    def lessons(self) -> list[LessonCard]:
        """Return the gallery."""
        return TypeAdapter(list[LessonCard]).validate_python(
            self._connection.json("GET", "/lessons")
        )

    def lesson(self, name: str) -> Lesson:
        """Return one lesson with its experiment: `create(lantern.lesson("xor").experiment)`."""
        return self._connection.get(Lesson, f"/lessons/{name}")

    def demo(self, name: str, **params: JsonValue) -> list[ClientFigure]:
        """Return the figures of a demo."""
        done = self._connection.post_for_frame(JobDone, f"/demos/{name}", RunDemo(params=params))
        if done.problem is not None:
            raise LanternError(done.problem)
        return [client_figure(figure) for figure in done.figures]

    def close(self) -> None:
        """End the connection; sessions go on."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the connection."""
        self.close()


def _experiment(fields: dict[str, Any]) -> Experiment:
    tree = {
        name: {"name": value} if name in PARTS and isinstance(value, str) else value
        for name, value in fields.items()
    }
    try:
        return Experiment.model_validate(tree)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise LanternError(Problem(sentence=f"{path}: {first['msg']}.", field=path)) from None
