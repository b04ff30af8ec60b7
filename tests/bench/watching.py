"""What watching costs: a session's speed over a bare PyTorch loop of the same model."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.bench.table import Line, at_least, noted
from tests.support.server import ROOT, LanternServer
from tests.support.viewer import Viewer

SECONDS = 8.0
WARM_UP_S = 2.0


def bare_steps_per_s(experiment: dict[str, Any], server: LanternServer) -> float:
    """Run the bare loop in a process of its own."""
    path = server.home / "bare.json"
    path.write_text(json.dumps(experiment))
    command = [sys.executable, "-m", "tests.bench.bare", str(path), str(server.data), str(SECONDS)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return float(answer.stdout)


async def _speed(server: LanternServer, session: str) -> float:
    await asyncio.sleep(WARM_UP_S)
    first, start = server.request("GET", f"/sessions/{session}")["step"], time.perf_counter()
    await asyncio.sleep(SECONDS)
    last, end = server.request("GET", f"/sessions/{session}")["step"], time.perf_counter()
    return (last - first) / (end - start)


async def _watched(server: LanternServer, session: str, views: list[str]) -> float:
    async with Viewer(server.url, session) as viewer:
        for inspector in views:
            await viewer.watch(inspector, ref=inspector)
        return await _speed(server, session)


def measure(server: LanternServer, name: str, experiment: dict[str, Any]) -> list[Line]:
    """Return the lines for one experiment: idle, and watched with two budgets."""
    views = ["network", "output"] if "mlp" in name else ["network", "prediction", "confusion"]
    before = bare_steps_per_s(experiment, server)
    session = server.create(experiment)["id"]
    idle = asyncio.run(_speed(server, session))
    speeds = {}
    for budget in (0.10, 0.03):
        server.command(session, "budget", share=budget)
        speeds[budget] = asyncio.run(_watched(server, session, views))
    server.request("DELETE", f"/sessions/{session}")
    after = bare_steps_per_s(experiment, server)
    bare = (before + after) / 2
    return [
        noted(f"{name}: bare PyTorch loop", f"{before:.0f} and {after:.0f} steps/s"),
        at_least(f"{name}: nobody watches / bare", idle / bare, 0.99),
        at_least(f"{name}: watched, budget 10 % / bare", speeds[0.10] / bare, 0.90),
        at_least(f"{name}: watched, budget 3 % / bare", speeds[0.03] / bare, 0.97),
    ]


def experiments(data: Path) -> dict[str, dict[str, Any]]:
    """Return what is measured: a network in the plane, and LeNet-5 on the best digits at hand."""
    images = "mnist" if (data / "MNIST" / "raw").is_dir() else "digits"
    return {
        "mlp 4-2 on circle": {
            "dataset": {"name": "circle", "params": {"samples": 400}},
            "model": {"name": "mlp", "params": {"layers": [4, 2]}},
            "optimizer": {"name": "sgd", "params": {"learning_rate": 0.03}},
            "training": {"batch_size": 10},
        },
        f"lenet5 on {images}, batch 64": {
            "dataset": {"name": images},
            "model": {"name": "lenet5"},
            "optimizer": {"name": "adam", "params": {"learning_rate": 0.001}},
            "training": {"batch_size": 64},
        },
    }
