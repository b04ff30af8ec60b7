"""The whole line from a script: create, train, read, look, explain, attack, refuse."""

import asyncio
import json
import math
import struct
import time

import httpx
import pytest
from tests.support.server import DIGITS, SPIRAL, LanternServer, wait_until
from tests.support.viewer import Viewer

from lantern.protocol import frame
from lantern.protocol.events import InspectedEvent


@pytest.fixture(scope="module")
def digits(server: LanternServer) -> str:
    session = server.create(DIGITS, phase="paused")["id"]
    info = server.command(session, "run", steps=200, wait_s=60)
    assert (info["phase"], info["step"]) == ("paused", 200)
    return session


def test_metrics_have_every_row_from_the_first_step(server: LanternServer, digits: str) -> None:
    metrics = server.request("GET", f"/sessions/{digits}/metrics")
    train = metrics["columns"]["train_loss"]
    rows = [step for step, loss in zip(metrics["steps"], train, strict=True) if loss is not None]
    assert rows == list(range(1, 201))
    assert sum(train[-20:]) < 0.5 * sum(train[1:21])
    assert metrics["columns"]["validation_accuracy"][-1] > 0.8


def test_the_activations_of_a_layer(server: LanternServer, digits: str) -> None:
    view = {"inspector": "activations", "params": {"layer": "conv1"}}
    answer = server.request("POST", f"/sessions/{digits}/inspect", json=view)
    assert answer["step"] == 200
    images = answer["figures"][0]["images"]
    assert len(images["values"]) == 6
    assert (len(images["values"][0][0]), len(images["values"][0][0][0])) == (28, 28)


def test_a_grad_cam_and_an_fgsm_example(server: LanternServer, digits: str) -> None:
    view = {"inspector": "attribution", "params": {"method": "grad_cam", "target": 3}}
    figure = server.request("POST", f"/sessions/{digits}/inspect", json=view)["figures"][0]
    assert figure["facts"]["target"] in (3, "3")
    view = {
        "inspector": "attack",
        "params": {"method": "fgsm", "method_params": {"epsilon": 0.2}},
    }
    figures = server.request("POST", f"/sessions/{digits}/inspect", json=view)["figures"]
    assert {figure["type"] for figure in figures} >= {"images", "bars"}


def test_the_same_figure_as_one_binary_frame(server: LanternServer, digits: str) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/sessions/{digits}/inspect",
        json={"inspector": "prediction"},
        headers={"accept": "application/octet-stream"},
        timeout=30,
    )
    event = frame.decode(answer.content, InspectedEvent)
    figure = event.figures[0]
    assert figure.type == "bars"
    values = struct.unpack(f"<{len(figure.labels)}f", figure.values.data)
    assert math.isclose(sum(values), 1, abs_tol=1e-4)


def test_the_same_request_on_a_paused_session_gives_the_same_bytes(
    server: LanternServer, digits: str
) -> None:
    view = {"inspector": "attribution", "params": {"method": "integrated_gradients"}}
    first, second = (
        server.request("POST", f"/sessions/{digits}/inspect", json=view)["figures"]
        for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"model": {"name": "no_such_model"}}, "model.name"),
        ({"optimizer": {"name": "adam", "params": {"learning_rate": -1}}}, "learning_rate"),
        ({"dataset": {"name": "spiral", "params": {"colour": 1}}}, "colour"),
        ({"model": {"name": "mlp", "params": {"layers": [4, 0]}}}, "layers"),
        ({"training": {"batch_size": 0}}, "batch_size"),
        ({"model": {"name": "lenet5"}}, "model"),
    ],
)
def test_bad_experiments_are_refused_with_the_field(
    server: LanternServer, change: dict, field: str
) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/sessions", json={"experiment": SPIRAL | change}, timeout=30
    )
    problem = answer.json()
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert field in problem["field"]
    assert problem["detail"].count(".") >= 1
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(server: LanternServer, number: str) -> None:
    body = json.dumps({"experiment": SPIRAL}).replace("0.02", number)
    answer = httpx.post(
        f"{server.url}/api/v1/sessions",
        content=body,
        headers={"content-type": "application/json"},
        timeout=30,
    )
    assert answer.status_code in (400, 422)
    assert server.request("GET", "/catalog")


def test_a_wrong_origin_is_refused(server: LanternServer) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/sessions",
        json={"experiment": SPIRAL},
        headers={"origin": "http://evil.example"},
    )
    assert answer.status_code == 403


def test_a_bad_edit_is_refused_and_the_session_goes_on(server: LanternServer) -> None:
    session = server.create(SPIRAL)["id"]
    change = {"path": "optimizer.params.learning_rate", "value": 1e9}
    answer = httpx.post(
        f"{server.url}/api/v1/sessions/{session}/commands",
        json={"type": "edit", "changes": [change]},
        timeout=30,
    )
    assert answer.status_code == 422
    assert "learning_rate" in answer.json()["field"]
    before = server.request("GET", f"/sessions/{session}")["step"]
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] > before)
    server.request("DELETE", f"/sessions/{session}")


def test_a_loss_that_is_not_finite_pauses_and_says_where(server: LanternServer) -> None:
    wild = SPIRAL | {
        "loss": {"name": "squared"},
        "optimizer": {"name": "sgd", "params": {"learning_rate": 10}},
        "model": {"name": "mlp", "params": {"layers": [8, 8], "activation": "relu"}},
    }
    session = server.create(wild)["id"]
    change = {"path": "training.l2", "value": 10}
    server.command(session, "edit", changes=[change])
    info = wait_until(
        lambda: (found := server.request("GET", f"/sessions/{session}"))["problem"] and found, 60
    )
    assert info["phase"] == "paused"
    assert info["problem"]["step"] >= 1
    assert info["problem"]["layer"]
    assert info["problem"]["rewind_to"] is not None
    back = server.command(session, "rewind", step=info["problem"]["rewind_to"])
    assert back["step"] == info["problem"]["rewind_to"]
    server.request("DELETE", f"/sessions/{session}")


def test_malformed_messages_do_not_end_the_connection(server: LanternServer) -> None:
    session = server.create(SPIRAL)["id"]

    async def talk() -> None:
        async with Viewer(server.url, session) as viewer:
            await viewer.next("snapshot")
            for text in ("{", "[]", '{"type": "nothing"}', '{"type": "ask", "command": {}}'):
                await viewer.socket.send(text)
                assert (await viewer.next("refused")).header["problem"]["sentence"]
            await viewer.socket.send(b"\x00\x01\x02")
            assert (await viewer.next("refused")).header["problem"]["sentence"]
            await viewer.watch("no_such_inspector")
            assert (await viewer.next("watching")).header["problem"]["sentence"]
            await viewer.watch("output")
            assert (await viewer.next("figure")).header["figures"]

    asyncio.run(talk())
    server.request("DELETE", f"/sessions/{session}")


def test_the_docs_show_every_parameter_with_its_bounds(server: LanternServer) -> None:
    schema = httpx.get(f"{server.url}/openapi.json").text
    catalog = server.request("GET", "/catalog")
    docs = httpx.get(f"{server.url}/docs").text
    assert "cdn" not in docs.lower()
    for plugin in catalog["plugins"]:
        for name in plugin["parameters"].get("properties", {}):
            assert f'"{name}"' in schema, (plugin["name"], name)


WRONG = {
    "inspector.params.layer: must have at most 200 characters": (
        {"inspector": "activations", "params": {"layer": "x" * 300}}
    ),
    " more.": {"inspector": "nonsense"},
    "inspector.params.layer: must be Unicode text": (
        {"inspector": "activations", "params": {"layer": "\udcff"}}
    ),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_what_cannot_be_asked_is_a_sentence(
    server: LanternServer, digits: str, sentence: str
) -> None:
    answer = httpx.post(
        f"{server.url}/api/v1/sessions/{digits}/inspect",
        content=json.dumps(WRONG[sentence]),
        headers={"content-type": "application/json"},
        timeout=30,
    )
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]


def test_a_session_that_was_stopped_goes_on_at_once_when_it_is_told_to(
    server: LanternServer,
) -> None:
    session = server.create(DIGITS, phase="paused")["id"]
    server.command(session, "run", steps=5, wait_s=30)
    server.command(session, "stop")
    assert server.command(session, "run", steps=3, wait_s=30)["step"] == 8
    server.request("DELETE", f"/sessions/{session}")


@pytest.mark.parametrize(
    ("given", "then"),
    [("LeNet-5 on Digits", "Small CNN on Digits"), ("Lecture 3", "Lecture 3")],
)
def test_a_plain_title_stays_true_and_a_chosen_one_stays(
    server: LanternServer, given: str, then: str
) -> None:
    session = server.create(DIGITS | {"title": given}, phase="paused")["id"]
    change = {"path": "model", "value": {"name": "small_cnn"}}
    server.command(session, "edit", changes=[change])
    read = server.request("GET", f"/sessions/{session}")
    assert (read["title"], read["experiment"]["title"]) == (then, then)
    assert read["experiment"]["model"]["name"] == "small_cnn"
    server.request("DELETE", f"/sessions/{session}")


def test_the_answer_to_a_command_says_where_the_run_stands_now(server: LanternServer) -> None:
    session = server.create(SPIRAL, phase="paused")["id"]
    try:
        server.command(session, "pace", steps_per_s=200)
        server.command(session, "run")
        time.sleep(1)
        before = time.monotonic()
        first = server.command(session, "snapshot")["step"]
        time.sleep(0.2)
        last = server.command(session, "snapshot")["step"]
        passed_s = time.monotonic() - before
        # Telemetry alone, of every half a second while nobody watches, would often tell no step.
        assert 20 <= last - first <= 200 * passed_s + 20
    finally:
        server.request("DELETE", f"/sessions/{session}")
