"""Explanations come to a script as numpy arrays, with what makes them reproducible."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from lantern.client import Explanation, LanternError, Session
from lantern.client.http import Connection
from lantern.protocol.ids import SessionId
from lantern.protocol.views import SampleInput
from lantern.server.npz import Plain, npz_of, text

SCORES = np.array([[[1.5, -2.0]]], "<f4")
META = {"method": "occlusion", "step": 4}


class FakeExplainer:
    """Answers with a file and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        accept = request.headers["accept"]
        self.asked.append((str(request.url), accept, json.loads(request.content)))
        if accept == "image/png":
            return httpx.Response(200, content=b"a picture")
        plain = Plain(SCORES.tobytes(), SCORES.shape)
        content = npz_of({"scores": plain, "inputs": plain, "meta": text(json.dumps(META))})
        return httpx.Response(200, content=content)


@pytest.fixture
def server() -> FakeExplainer:
    return FakeExplainer()


@pytest.fixture
def session(server: FakeExplainer) -> Session:
    connection = Connection("http://lantern.test", transport=httpx.MockTransport(server))
    return Session(connection, SessionId("abc"))


def test_raw_numbers(server: FakeExplainer, session: Session) -> None:
    found = session.explain("occlusion", target=7, window=3)
    assert isinstance(found, Explanation)
    np.testing.assert_array_equal(found.scores, SCORES)
    assert (found.inputs.dtype, found.meta) == (np.float32, META)
    ((url, accept, body),) = server.asked
    assert (url, accept) == (
        "http://lantern.test/api/v1/sessions/abc/explain",
        "application/x-npz",
    )
    assert body == {
        "method": "occlusion",
        "params": {"window": 3},
        "target": 7,
        "layer": "",
        "slot": 0,
        "input": None,
        "at": "live",
    }


def test_a_picture_of_a_slot_and_of_an_input_at_a_past_step(
    server: FakeExplainer, session: Session
) -> None:
    assert session.explain_png("grad_cam", layer="conv2", input=5, scale=4) == b"a picture"
    session.explain_png("saliency", input=SampleInput(index=9), at=100)
    (first, _, slot), (_, accept, given) = server.asked
    assert first.endswith("?scale=4")
    assert (slot["slot"], slot["input"], slot["layer"]) == (5, None, "conv2")
    assert accept == "image/png"
    assert (given["at"], given["input"]["index"], given["slot"]) == (100, 9, 0)


def test_what_cannot_be_is_refused_before_it_is_sent(
    server: FakeExplainer, session: Session
) -> None:
    with pytest.raises(LanternError, match="slot") as caught:
        session.explain("saliency", input=64)
    assert caught.value.problem.field == "slot"
    assert server.asked == []
