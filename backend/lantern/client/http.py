"""One connection to a server: JSON and frames over HTTP, problems as exceptions."""

import builtins
import weakref
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, JsonValue, ValidationError

from lantern.client.errors import LanternError
from lantern.protocol import frame
from lantern.protocol.problems import Problem

API = "/api/v1"
FRAME = "application/octet-stream"
M = TypeVar("M", bound=BaseModel)
Body = BaseModel | bytes | None


class Connection:
    """Speaks to one server; `transport` replaces the network in tests."""

    def __init__(
        self, url: str, token: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.headers = headers
        self._client = httpx.Client(
            base_url=self.url,
            headers=headers,
            timeout=httpx.Timeout(60, connect=5),
            transport=transport,
        )
        self.close = weakref.finalize(self, self._client.close)
        """Ends the connection; a script that forgets to leaves no socket behind."""

    def json(
        self, method: str, path: str, body: BaseModel | None = None, **query: float
    ) -> JsonValue:
        """Return the JSON answer."""
        answer = self._send(method, path, body, {"accept": "application/json"}, query)
        return answer.json() if answer.content else None

    def get(self, model: type[M], path: str) -> M:
        """Return what lies at the path."""
        return model.model_validate(self.json("GET", path))

    def post(self, model: type[M], path: str, body: BaseModel, **query: float) -> M:
        """Return the answer to the body."""
        return model.model_validate(self.json("POST", path, body, **query))

    def post_for_frame(self, model: type[M], path: str, body: BaseModel) -> M:
        """Return the answer to the body as a frame: arrays come as bytes, not as text."""
        return frame.decode(self._send("POST", path, body, {"accept": FRAME}, {}).content, model)

    def upload(self, model: type[M], path: str, content: Body, **query: str) -> M:
        """Return the answer to a file, whatever kind it is."""
        headers = {"accept": "application/json", "content-type": FRAME}
        return model.model_validate(self._send("POST", path, content, headers, query).json())

    def post_for_file(
        self, path: str, body: BaseModel, accept: str, **query: str | int
    ) -> builtins.bytes:
        """Return the answer to the body as a file of the type that is accepted."""
        return self._send("POST", path, body, {"accept": accept}, query).content

    def bytes(self, path: str, **query: str | int) -> bytes:
        """Return a file."""
        return self._send("GET", path, None, {}, query).content

    def _send(
        self,
        method: str,
        path: str,
        body: Body,
        headers: dict[str, str],
        query: dict[str, Any],
    ) -> httpx.Response:
        if isinstance(body, BaseModel):
            content = body.model_dump_json().encode()
            headers = headers | {"content-type": "application/json"}
        else:
            content = body
        timeout = httpx.Timeout(60 + float(query.get("wait_s", 0)), connect=5)
        try:
            answer = self._client.request(
                method, API + path, content=content, headers=headers, params=query, timeout=timeout
            )
        except httpx.HTTPError as error:
            sentence = f"There is no answer from {self.url}: {error}."
            raise LanternError(
                Problem(sentence=sentence, hint="Is `lantern serve` running?")
            ) from error
        if answer.is_error:
            raise LanternError(_problem(answer), answer.status_code)
        return answer


def _problem(answer: httpx.Response) -> Problem:
    """Return the problem in a problem document (RFC 9457), or one made of the status line."""
    try:
        body = answer.json()
        return Problem(sentence=body["detail"], field=body.get("field"), hint=body.get("hint"))
    except (ValueError, KeyError, TypeError, ValidationError):
        return Problem(sentence=f"The server answered {answer.status_code} {answer.reason_phrase}.")
