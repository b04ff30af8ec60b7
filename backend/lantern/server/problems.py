"""Refusals as RFC 9457 problem documents: one sentence, the field, and what to do."""

import json
import math
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from lantern.protocol.problems import Problem, ProblemError

MEDIA_TYPE = "application/problem+json"
SHOWN_CHARACTERS = 60
WRAPPERS = frozenset({"experiment", "command"})


class Refusal(Exception):
    """A problem with its HTTP status."""

    def __init__(
        self,
        status: int,
        sentence: str,
        *,
        field: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.problem = Problem(sentence=sentence, field=field)
        self.retry_after_s = retry_after_s


def still_starting() -> Refusal:
    """Return the refusal of what needs an agent while none has ever joined."""
    sentence = "The training agent is still starting; try again in a few seconds."
    return Refusal(503, sentence, retry_after_s=2)


def document(status: int, problem: Problem) -> bytes:
    """Return the body of a problem document."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": problem.sentence,
    }
    body |= problem.model_dump(exclude={"sentence"})
    return json.dumps(body).encode()


def answer(status: int, problem: Problem, *, retry_after_s: int | None = None) -> Response:
    """Return the problem as a response."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Response(document(status, problem), status, headers, MEDIA_TYPE)


def problem_of(error: ValidationError, *, body: object = None) -> Problem:
    """Return pydantic's first complaint about a body as one sentence that names the field."""
    return _complaint(_telling(error.errors()), body)


def _telling(complaints: Sequence[Any]) -> Any:  # noqa: ANN401 - pydantic's dictionaries
    """Return the complaint that helps most: of a word or a number, that about the number."""
    first = complaints[0]
    same = [each for each in complaints if each["loc"][:-1] == first["loc"][:-1]]
    others = [each for each in same if each["type"] != "literal_error"]
    return others[0] if first["type"] == "literal_error" and others else first


def _complaint(complaint: Any, body: object) -> Problem:  # noqa: ANN401 - pydantic's dictionary
    kind, message, loc = complaint["type"], complaint["msg"], complaint["loc"]
    if kind in {"json_invalid", "json_type"}:
        return Problem(sentence=f"The message is not valid JSON: {message[:120]}.")
    if isinstance(complaint["input"], bytes):
        sentence = "The body must be JSON, sent with the header content-type: application/json."
        return Problem(sentence=sentence)
    path = ".".join(str(part) for part in _real(loc, body, is_missing=kind == "missing"))
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        return _of_kinds(complaint, path)
    message = message[:1].lower() + message[1:160]
    facts = "" if kind in {"missing", "extra_forbidden"} else f", not {shown(complaint['input'])}"
    return Problem(sentence=f"{path or 'The message'}: {message}{facts}.", field=path or None)


def _of_kinds(complaint: Any, path: str) -> Problem:  # noqa: ANN401 - pydantic's dictionary
    """Return a problem with the field that says which kind of thing is meant."""
    field = complaint["ctx"]["discriminator"].strip("'")
    where = f"{path}.{field}" if path else field
    given = complaint["ctx"].get("tag")
    if given is None:
        return Problem(sentence=f"{where}: it is missing.", field=where)
    known = str(complaint["ctx"]["expected_tags"]).replace("'", "")
    sentence = f"{where}: there is no {shown(given)}; there are {known}."
    return Problem(sentence=sentence, field=where)


def _real(loc: tuple[str | int, ...], body: object, *, is_missing: bool) -> list[str | int]:
    """Return the parts of a path that are in the body: pydantic adds the names of its types.

    `experiment` and `command` in front are left out: fields are named from there on.
    """
    if body is None:
        return list(loc)
    found: list[str | int] = []
    node = body
    for at, part in enumerate(loc):
        inside = dict(_inside(node))
        if part in inside or (is_missing and at == len(loc) - 1):
            found.append(part)
            node = inside.get(part)
    is_wrapped = len(found) > 1 and found[0] in WRAPPERS
    return found[1:] if is_wrapped else found


def shown(value: object) -> str:
    """Return a value as it may stand in a sentence: short, whatever was sent."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


def refuse_unsayable(value: object, path: str) -> None:
    """Raise a ProblemError if a JSON value holds what cannot be sent on as JSON.

    That is a NaN, an infinity, or half of a surrogate pair: Python reads them all.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ProblemError(f"{path}: must be a finite number, not {value!r}.", field=path)
    if isinstance(value, str) and not _is_unicode(value):
        raise ProblemError(f"{path}: must be Unicode text, not {shown(value)}.", field=path)
    for key, item in _inside(value):
        if isinstance(key, str) and not _is_unicode(key):
            raise ProblemError(f"{path}: {shown(key)} is not Unicode text.", field=path)
        refuse_unsayable(item, f"{path}.{key}")


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _inside(value: object) -> Iterable[tuple[object, object]]:
    # what JSON holds is not known any better than this
    if isinstance(value, dict):
        return cast("dict[object, object]", value).items()
    if isinstance(value, list | tuple):
        return enumerate(cast("list[object]", value))
    return ()


def install(app: FastAPI) -> None:
    """Make every refusal of the app a problem document."""
    app.add_exception_handler(ProblemError, _of_problem)
    app.add_exception_handler(Refusal, _of_refusal)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return answer(422, error.problem)


async def _of_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return answer(error.status, error.problem, retry_after_s=error.retry_after_s)


async def _of_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    complaint = _telling(error.errors())
    where, *loc = complaint["loc"]
    body = error.body if where == "body" and complaint["type"] != "json_invalid" else None
    return answer(422, _complaint({**complaint, "loc": tuple(loc)}, body))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = {
        404: f"There is nothing at {request.url.path[:200]}.",
        405: f"{request.method} is not possible at {request.url.path[:200]}.",
        413: "The request is too large.",
        400: "The body is not valid JSON.",
    }.get(error.status_code, f"{error.detail}"[:200])
    return answer(error.status_code, Problem(sentence=sentence))
