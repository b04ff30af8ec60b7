"""The client says what the protocol says, and gives back numpy arrays and sentences."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from lantern.client import Lantern, LanternError, Session
from lantern.protocol import frame
from lantern.protocol.events import InspectedEvent
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.figures import Array, HeatmapFigure, Images, ImagesFigure
from lantern.protocol.ids import CommandId, SessionId
from lantern.protocol.rest import SessionInfo
from lantern.protocol.views import SampleInput

EXPERIMENT = Experiment(dataset=Part(name="digits"), model=Part(name="lenet5"))


class FakeServer:
    """Answers from a table and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.answers: dict[str, Callable[[httpx.Request], httpx.Response]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body))
        return self.answers[request.url.path](request)

    def says(self, path: str, body: Any, status: int = 200) -> None:
        self.answers[f"/api/v1{path}"] = lambda _: httpx.Response(status, json=body)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def lantern(server: FakeServer) -> Lantern:
    return Lantern("http://lantern.test", transport=httpx.MockTransport(server))


def info(step: int = 0, phase: str = "paused", **fields: Any) -> dict[str, Any]:
    return SessionInfo.model_validate(
        {
            "id": "abc",
            "title": "",
            "created_at": "2026-01-01T00:00:00Z",
            "phase": phase,
            "run": 1,
            "step": step,
            "epoch": 0.0,
            "experiment": EXPERIMENT,
            "base": EXPERIMENT,
            "edits": (),
            "viewers": 0,
            "metrics": {},
            **fields,
        }
    ).model_dump(mode="json")


@pytest.fixture
def session(server: FakeServer, lantern: Lantern) -> Session:
    server.says("/sessions/abc", info())
    found = lantern.session("abc")
    server.asked.clear()
    return found


def test_create_names_plugins_or_gives_their_parameters(
    server: FakeServer, lantern: Lantern
) -> None:
    server.says("/sessions", info())
    made = lantern.create(
        dataset="digits",
        model="lenet5",
        optimizer={"name": "sgd", "params": {"learning_rate": 0.1}},
        seed=7,
    )
    assert made.id == "abc"
    (method, path, body) = server.asked[0]
    assert (method, path, body["phase"]) == ("POST", "/api/v1/sessions", "paused")
    assert Experiment.model_validate(body["experiment"]) == Experiment(
        dataset=Part(name="digits"),
        model=Part(name="lenet5"),
        optimizer=Part(name="sgd", params={"learning_rate": 0.1}),
        seed=7,
    )


def test_a_wrong_experiment_is_refused_before_it_is_sent(
    server: FakeServer, lantern: Lantern
) -> None:
    with pytest.raises(LanternError, match="seed") as caught:
        lantern.create(dataset="digits", model="lenet5", seed=-1)
    assert caught.value.problem.field == "seed"
    assert server.asked == []


def test_run_waits_for_its_steps(server: FakeServer, session: Session) -> None:
    states = iter([info(0), info(150, "running"), info(200)])
    server.answers["/api/v1/sessions/abc"] = lambda _: httpx.Response(200, json=next(states))
    server.says("/sessions/abc/commands", {"command_id": "1", "session": info(90, phase="running")})
    assert session.run(steps=200).step == 200
    assert server.asked[1][2] == {"id": "", "type": "run", "steps": 200}


def test_run_gives_up_when_the_steps_do_not_come(server: FakeServer, session: Session) -> None:
    running = info(90, phase="running")
    server.says("/sessions/abc/commands", {"command_id": "1", "session": running})
    server.says("/sessions/abc", running)
    with pytest.raises(LanternError, match=r"Step 290 was not reached in 0 s"):
        session.run(steps=200, timeout_s=0.01)


def test_run_says_why_training_failed(server: FakeServer, session: Session) -> None:
    problem = {"sentence": "The loss is not finite at step 3.", "step": 3}
    failed = info(3, "failed", problem=problem)
    server.says("/sessions/abc/commands", {"command_id": "1", "session": failed})
    with pytest.raises(LanternError, match="not finite at step 3"):
        session.run(steps=200)


def test_figures_come_back_at_their_own_range(server: FakeServer, session: Session) -> None:
    event = InspectedEvent(
        command_id=CommandId("1"),
        run=1,
        step=5,
        figures=(
            ImagesFigure(
                title="conv1",
                images=Images(
                    values=Array.of(bytes([0, 255, 0, 51]), dtype="u1", shape=(2, 1, 1, 2)),
                    low=_floats(-1, 0),
                    high=_floats(1, 5),
                ),
                facts={"layer": "conv1"},
            ),
            HeatmapFigure(
                values=Array.of(bytes([0, 255]), dtype="u1", shape=(1, 2)), low=-2, high=2
            ),
        ),
    )
    content = frame.encode(event)
    server.answers["/api/v1/sessions/abc/inspect"] = lambda _: httpx.Response(200, content=content)

    maps, heat = session.inspect("activations", layer="conv1")

    assert server.asked[0][2] == {
        "inspector": "activations",
        "params": {"layer": "conv1"},
        "at": "live",
    }
    assert (maps.kind, maps.title, maps.facts) == ("images", "conv1", {"layer": "conv1"})
    np.testing.assert_allclose(maps.arrays["images"].squeeze(), [[-1, 1], [0, 1]])
    np.testing.assert_allclose(heat.arrays["values"], [[-2, 2]])
    assert repr(maps) == "<images 'conv1': images (2, 1, 1, 2)>"


@pytest.mark.parametrize(
    ("ask", "view"),
    [
        (
            lambda session: session.attribution("grad_cam", layer="conv3", target=7),
            {
                "inspector": "attribution",
                "params": {
                    "layer": "conv3",
                    "target": 7,
                    "method": "grad_cam",
                    "method_params": {},
                },
                "at": "live",
            },
        ),
        (
            lambda session: session.attack("fgsm", epsilon=0.1),
            {
                "inspector": "attack",
                "params": {"method": "fgsm", "method_params": {"epsilon": 0.1}, "slot": 0},
                "at": "live",
            },
        ),
    ],
)
def test_attributions_and_attacks_are_views(
    server: FakeServer, session: Session, ask: Callable[[Session], Any], view: dict[str, Any]
) -> None:
    content = frame.encode(InspectedEvent(command_id=CommandId("1"), run=1, step=5, figures=()))
    server.answers["/api/v1/sessions/abc/inspect"] = lambda _: httpx.Response(200, content=content)
    assert ask(session) == []
    assert server.asked[0][2] == view


def test_metrics_are_columns_with_nan_for_what_was_not_measured(
    server: FakeServer, session: Session
) -> None:
    columns = {"train_loss": [None, 0.5], "validation_accuracy": [0.1, None]}
    server.says(
        "/sessions/abc/metrics", {"run": 1, "steps": [0, 1], "epochs": [0, 0.5], "columns": columns}
    )
    found = session.metrics()
    assert set(found) == {"step", "epoch", "train_loss", "validation_accuracy"}
    np.testing.assert_array_equal(found["train_loss"], [np.nan, 0.5])
    np.testing.assert_array_equal(found["step"], [0, 1])


def test_edits_and_weights_are_commands(server: FakeServer, session: Session) -> None:
    server.says("/sessions/abc/commands", {"command_id": "1", "session": info(5)})
    session.edit({"optimizer.params.learning_rate": 0.01})
    session.set_weight("hidden1.weight", (0, 1), 0.5)
    session.set_input(3)
    assert [body for _, _, body in server.asked] == [
        {
            "id": "",
            "type": "edit",
            "changes": [{"path": "optimizer.params.learning_rate", "value": 0.01}],
            "keep": False,
        },
        {
            "id": "",
            "type": "set_weight",
            "parameter": "hidden1.weight",
            "index": [0, 1],
            "value": 0.5,
        },
        {
            "id": "",
            "type": "set_input",
            "slot": 0,
            "input": {"type": "sample", "split": "validation", "index": 3},
        },
    ]


def test_a_living_run_is_reshaped_painted_and_frozen(server: FakeServer, session: Session) -> None:
    server.says("/sessions/abc/commands", {"command_id": "1", "session": info(5)})
    session.edit({"model.params.layers": [6]}, keep=True)
    session.paint([(1.0, 2.0, 0.0)], remove=[3])
    session.reinitialise("hidden1")
    session.freeze("hidden1", "output:0")
    layers = {"path": "model.params.layers", "value": [6]}
    frozen = {"path": "training.frozen", "value": ["hidden1", "output:0"]}
    assert [body for _, _, body in server.asked] == [
        {"id": "", "type": "edit", "changes": [layers], "keep": True},
        {"id": "", "type": "paint", "remove": [3], "add": [[1.0, 2.0, 0.0]]},
        {"id": "", "type": "reinitialise", "layer": "hidden1"},
        {"id": "", "type": "edit", "changes": [frozen], "keep": False},
    ]


def test_run_ends_where_a_condition_to_stop_is_met(server: FakeServer, session: Session) -> None:
    sentence = "Paused: 2 epochs are complete."
    server.says("/sessions/abc/commands", {"command_id": "1", "session": info(5, "running")})
    server.says("/sessions/abc", info(40, sentence=sentence))
    assert session.run(500).sentence == sentence


def test_fork_and_list_give_sessions(server: FakeServer, lantern: Lantern) -> None:
    server.says("/sessions", [info(), info() | {"id": "def"}])
    server.says("/sessions/abc/fork", info(phase="building") | {"id": "ghi"})
    server.says("/sessions/ghi", info(12) | {"id": "ghi"})
    first, second = lantern.sessions()
    assert (first.id, second.id) == (SessionId("abc"), SessionId("def"))
    assert first.fork(12).id == "ghi"
    assert server.asked[-2][2] == {"step": 12, "phase": "paused"}
    assert server.asked[-1][1] == "/api/v1/sessions/ghi"


def test_a_problem_document_becomes_an_exception(server: FakeServer, session: Session) -> None:
    document = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "There is no inspector 'x'; there are output, network.",
        "field": "inspector",
        "hint": "See /docs.",
    }
    server.says("/sessions/abc/inspect", document, status=422)
    with pytest.raises(LanternError, match=r"no inspector 'x'.* See /docs") as caught:
        session.inspect("x")
    assert (caught.value.status, caught.value.problem.field) == (422, "inspector")


def test_an_answer_that_is_no_problem_document_is_still_a_sentence(
    server: FakeServer, session: Session
) -> None:
    server.answers["/api/v1/sessions/abc"] = lambda _: httpx.Response(502, text="<html>")
    with pytest.raises(LanternError, match="answered 502 Bad Gateway"):
        _ = session.info


def test_nobody_there_is_a_sentence() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    lantern = Lantern("http://lantern.test", transport=httpx.MockTransport(refuse))
    with pytest.raises(LanternError, match=r"no answer from http://lantern.test.*lantern serve"):
        lantern.catalog()


def _floats(*values: float) -> Array:
    data = np.array(values, "<f4")
    return Array.of(data.tobytes(), dtype="f4", shape=data.shape)


def test_a_picture_is_uploaded_by_its_path_or_its_bytes(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def answered(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.method == "GET":
            return httpx.Response(200, json={"slots": {"2": {"type": "sample", "index": 4}}})
        return httpx.Response(200, json={"command_id": "c", "session": info(step=7)})

    lantern = Lantern("http://lantern.test", transport=httpx.MockTransport(answered))
    session = Session(lantern._connection, SessionId("abc"))
    file = tmp_path / "seven.png"
    file.write_bytes(b"picture")
    assert session.upload_input(file, 2, invert="yes").step == 7
    session.upload_input(b"other")
    assert [request.content for request in asked] == [b"picture", b"other"]
    assert asked[0].url.path == "/api/v1/sessions/abc/inputs/2"
    assert dict(asked[0].url.params) == {"fit": "crop", "invert": "yes"}
    assert asked[1].url.path.endswith("/inputs/0")
    assert session.inputs == {2: SampleInput(index=4)}
