"""The promises of the worker and the server, kept by the running product."""

import asyncio
import hashlib
import os
import signal
import time
from typing import Any

import httpx
from tests.support.server import DIGITS, SPIRAL, LanternServer, wait_until
from tests.support.viewer import Viewer

STEPS = 300
VIEWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("network", {}),
    ("network", {"units": 8}),
    ("prediction", {}),
    ("confusion", {"samples": 300}),
    ("activations", {"layer": "conv1"}),
    ("activations", {"layer": "conv2"}),
    ("filters", {"layer": "conv1"}),
    ("filters", {"layer": "conv2"}),
    ("gradients", {}),
    ("weights", {}),
    ("embedding", {}),
    ("samples", {}),
    ("landscape", {"resolution": 5}),
    ("attribution", {"method": "saliency"}),
    ("attribution", {"method": "grad_cam"}),
    ("attribution", {"method": "integrated_gradients"}),
    ("attribution", {"method": "occlusion"}),
    ("attribution", {"method": "saliency", "target": 5}),
    ("attack", {"method": "fgsm"}),
    ("attack", {"method": "pgd"}),
)


def weights(server: LanternServer, session: str) -> str:
    """Return a digest of the session's weights and optimizer state."""
    answer = httpx.get(
        f"{server.url}/api/v1/sessions/{session}/export?format=safetensors", timeout=60
    )
    assert answer.status_code == 200, answer.text
    length = int.from_bytes(answer.content[:8], "little")
    return hashlib.sha256(answer.content[8 + length :]).hexdigest()


def test_watched_and_unwatched_training_are_bit_identical(server: LanternServer) -> None:
    alone = server.create(DIGITS, phase="paused")["id"]
    server.command(alone, "run", steps=STEPS, wait_s=90)
    watched = server.create(DIGITS, phase="paused")["id"]

    async def look() -> None:
        async with Viewer(server.url, watched) as viewer:
            for number, (inspector, params) in enumerate(VIEWS):
                await viewer.watch(inspector, ref=str(number), **params)
            await viewer.ask(type="run", steps=STEPS)
            seen, refs = set(), {}
            while len(seen) < len(VIEWS):
                async with asyncio.timeout(90):
                    arrival = await viewer.arrivals.get()
                assert arrival.type != "view_problem", arrival.header
                if arrival.type == "watching":
                    refs[arrival.header["key"]] = arrival.header["ref"]
                if arrival.type == "figure":
                    seen.add(arrival.header["key"])
            assert len(refs) == len(VIEWS)

    asyncio.run(look())
    wait_until(lambda: server.request("GET", f"/sessions/{watched}")["step"] == STEPS, 60)
    assert weights(server, watched) == weights(server, alone)
    for session in (alone, watched):
        server.request("DELETE", f"/sessions/{session}")


def test_a_shared_run_is_reproduced_with_its_edits(server: LanternServer) -> None:
    first = server.create(SPIRAL, phase="paused")["id"]
    server.command(first, "run", steps=120, wait_s=30)
    change = {"path": "optimizer.params.learning_rate", "value": 0.005}
    server.command(first, "edit", changes=[change])
    server.command(first, "set_weight", parameter="hidden1.weight", index=[0, 1], value=1.5)
    server.command(first, "run", steps=80, wait_s=30)
    info = server.request("GET", f"/sessions/{first}")
    assert len(info["edits"]) == 2
    again = server.create(info["base"], edits=info["edits"], start_step=200, phase="paused")["id"]
    wait_until(lambda: server.request("GET", f"/sessions/{again}")["step"] == 200, 30)
    assert weights(server, again) == weights(server, first)
    rows = [server.request("GET", f"/sessions/{session}/metrics") for session in (first, again)]
    assert rows[0]["columns"]["train_loss"] == rows[1]["columns"]["train_loss"]
    assert rows[1]["columns"]["validation_loss"][0] == rows[0]["columns"]["validation_loss"][0]
    fork = server.request("POST", f"/sessions/{first}/fork", json={"step": 150})["id"]
    wait_until(lambda: server.request("GET", f"/sessions/{fork}")["step"] == 150, 30)
    server.command(fork, "run", steps=50, wait_s=30)
    assert weights(server, fork) == weights(server, first)
    for session in (first, again, fork):
        server.request("DELETE", f"/sessions/{session}")


def test_a_step_of_the_past_is_shown_exactly(server: LanternServer) -> None:
    session = server.create(SPIRAL, phase="paused")["id"]
    server.command(session, "run", steps=137, wait_s=30)
    view: dict[str, Any] = {"inspector": "network"}
    then = server.request("POST", f"/sessions/{session}/inspect", json=view)
    server.command(session, "run", steps=400, wait_s=30)
    past = server.request("POST", f"/sessions/{session}/inspect", json=view | {"at": 137})
    assert past["step"] == 137
    assert past["figures"] == then["figures"]
    server.request("DELETE", f"/sessions/{session}")


def worker_pid(server: LanternServer) -> int:
    """Return the process id of the only worker, a child of the agent's fork server."""
    found = httpx.get(f"{server.url}/api/v1/sessions").json()
    assert len(found) == 1
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as stat:
                    parent = int(stat.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    agent = server.pid_of("lantern.worker.agent")
    below = children.get(agent, [])
    workers = [grandchild for child in below for grandchild in children.get(child, [])]
    assert len(workers) == 1, (below, workers)
    return workers[0]


def test_a_killed_worker_continues_bit_identically(own_server: LanternServer) -> None:
    server = own_server
    alone = server.create(DIGITS, phase="paused")["id"]
    server.command(alone, "run", steps=STEPS, wait_s=90)
    expected = weights(server, alone)
    losses = server.request("GET", f"/sessions/{alone}/metrics")["columns"]["train_loss"]
    server.request("DELETE", f"/sessions/{alone}")
    session = server.create(DIGITS, phase="paused")["id"]
    server.command(session, "run", steps=STEPS)
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] > 100, 60)
    os.kill(worker_pid(server), signal.SIGKILL)
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] >= STEPS, 60)
    server.command(session, "pause", wait_s=30)
    info = server.request("GET", f"/sessions/{session}")
    if info["step"] > STEPS:
        server.command(session, "rewind", step=STEPS)
    assert weights(server, session) == expected
    metrics = server.request("GET", f"/sessions/{session}/metrics")
    rows = [
        loss
        for step, loss in zip(metrics["steps"], metrics["columns"]["train_loss"], strict=True)
        if 1 <= step <= STEPS
    ]
    assert rows == [loss for loss in losses if loss is not None]


def test_web_killed_during_training_loses_no_row(own_server: LanternServer) -> None:
    server = own_server
    session = server.create(DIGITS)["id"]
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] > 50, 60)
    before = server.request("GET", f"/sessions/{session}")["step"]
    os.kill(server.pid_of("lantern.server"), signal.SIGKILL)
    time.sleep(1)
    wait_until(lambda: server._answers("/readyz"), 60)
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] > before + 50, 60)
    server.command(session, "pause", wait_s=10)
    metrics = server.request("GET", f"/sessions/{session}/metrics")
    train = metrics["columns"]["train_loss"]
    rows = [s for s, loss in zip(metrics["steps"], train, strict=True) if loss is not None]
    dense = [step for step in rows if step <= 1000]
    assert dense == list(range(1, len(dense) + 1))
    assert server.request("GET", f"/sessions/{session}")["run"] == 1
