"""How soon things happen: a session's start, a slider's effect, an explanation."""

import asyncio
import time
from typing import Any

from tests.bench.table import Line, at_most, p95
from tests.support.server import DIGITS, SPIRAL, LanternServer
from tests.support.viewer import Viewer

STARTS = 20
MOVES = 60
EXPLANATIONS = 20


async def _first_metric(server: LanternServer) -> tuple[float, str]:
    start = time.perf_counter()
    session = (await asyncio.to_thread(server.create, SPIRAL))["id"]
    async with Viewer(server.url, session) as viewer:
        snapshot = await viewer.next("snapshot")
        if not snapshot.header["metrics"]["steps"]["shape"][0]:
            snapshot = await viewer.next("metrics")
        return snapshot.at_s - start, session


def session_start(server: LanternServer) -> Line:
    """Measure from the request to the first metric, agent warm."""
    times = []
    for _ in range(STARTS):
        seconds, session = asyncio.run(_first_metric(server))
        times.append(seconds * 1000)
        server.request("DELETE", f"/sessions/{session}")
    return at_most("session start to first metric, p95", p95(times[1:]), 300, unit=" ms")


async def _moves(server: LanternServer, session: str) -> list[float]:
    times = []
    async with Viewer(server.url, session) as viewer:
        await viewer.watch("network")
        await viewer.next("figure")
        for move in range(MOVES):
            start = time.perf_counter()
            change: dict[str, Any] = {
                "path": "optimizer.params.learning_rate",
                "value": 0.01 + 0.0001 * move,
            }
            await viewer.ask(type="edit", changes=[change])
            step = (await viewer.next("edited")).header["edit"]["step"]
            figure = await viewer.next("figure")
            while figure.header["step"] <= step:
                figure = await viewer.next("figure")
            times.append((figure.at_s - start) * 1000)
            await asyncio.sleep(0.05)
    return times


def slider(server: LanternServer) -> Line:
    """Measure from the change of a slider to the first figure computed after it."""
    session = server.create(SPIRAL)["id"]
    times = asyncio.run(_moves(server, session))
    server.request("DELETE", f"/sessions/{session}")
    return at_most("slider to first figure that shows it, p95", p95(times), 60, unit=" ms")


def explanations(server: LanternServer) -> list[Line]:
    """Measure attributions of one image, asked over REST while the session is paused."""
    session = server.create(DIGITS, phase="paused")["id"]
    goals = {"saliency": 50, "grad_cam": 50, "integrated_gradients": 300, "occlusion": 300}
    lines = []
    for method, goal in goals.items():
        times = []
        for _ in range(EXPLANATIONS):
            start = time.perf_counter()
            view = {"inspector": "attribution", "params": {"method": method}}
            server.request("POST", f"/sessions/{session}/inspect", json=view)
            times.append((time.perf_counter() - start) * 1000)
        lines.append(at_most(f"{method} over REST, p95", p95(times[2:]), goal, unit=" ms"))
    server.request("DELETE", f"/sessions/{session}")
    return lines
