"""What watching costs: a session's speed over a bare PyTorch loop of the same model."""

import asyncio
import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.table import Line, at_least, middle, noted
from tests.support.server import ROOT, LanternServer
from tests.support.viewer import Viewer

ROUNDS = 15
SECONDS = 1.0
SETTLE_S = 0.4
BUDGETS = (0.10, 0.03)


class Bare:
    """The bare loop, in a process of its own, waiting for its turns."""

    def __init__(self, experiment: dict[str, Any], server: LanternServer) -> None:
        path = server.home / "bare.json"
        path.write_text(json.dumps(experiment))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare", str(path), str(server.data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def steps_per_s(self) -> float:
        """Let it train for a while."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{SECONDS}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


async def _speed(server: LanternServer, session: str) -> float:
    """Let the session train for a while, pausing it before and after."""
    ask = partial(asyncio.to_thread, server.command, session)
    await ask("run")
    await asyncio.sleep(SETTLE_S)
    first, start = await _step(server, session), time.perf_counter()
    await asyncio.sleep(SECONDS)
    last, end = await _step(server, session), time.perf_counter()
    await ask("pause")
    return (last - first) / (end - start)


async def _step(server: LanternServer, session: str) -> int:
    info = await asyncio.to_thread(server.command, session, "snapshot")
    return info["step"]


async def _watched(server: LanternServer, session: str, views: list[str]) -> float:
    async with Viewer(server.url, session) as viewer:
        for inspector in views:
            await viewer.watch(inspector, ref=inspector)
        await asyncio.sleep(SETTLE_S)
        return await _speed(server, session)


def measure(server: LanternServer, name: str, experiment: dict[str, Any]) -> list[Line]:
    """Return the lines for one experiment: idle, and watched with two budgets.

    Bare loop and session take turns, so that a slow moment of the machine hits all alike; the
    figure is the median of the rounds' ratios.
    """
    views = ["network", "output"] if "mlp" in name else ["network", "prediction", "confusion"]
    bare, session = Bare(experiment, server), server.create(experiment, phase="paused")["id"]
    speeds: list[float] = []
    ratios: dict[str, list[float]] = {"nobody watches": []}
    for _ in range(ROUNDS):
        plain = bare.steps_per_s()
        speeds.append(plain)
        ratios["nobody watches"].append(asyncio.run(_speed(server, session)) / plain)
        for budget in BUDGETS:
            server.command(session, "budget", share=budget)
            watched = asyncio.run(_watched(server, session, views))
            ratios.setdefault(f"watched, budget {budget:.0%}", []).append(watched / plain)
    bare.close()
    server.request("DELETE", f"/sessions/{session}")
    goals = dict(zip(ratios, (0.99, 0.90, 0.97), strict=True))
    return [
        noted(f"{name}: bare PyTorch loop", f"{middle(speeds):.0f} steps/s"),
        *(
            at_least(f"{name}: {what} / bare", middle(found), goals[what], note=_spread(found))
            for what, found in ratios.items()
        ),
    ]


def _spread(values: list[float]) -> str:
    return f" ({min(values):.2f}-{max(values):.2f})"


def experiments(data: Path) -> dict[str, dict[str, Any]]:
    """Return what is measured: a network in the plane, and LeNet-5 on the best digits at hand."""
    images = "mnist" if (data / "MNIST" / "raw").is_dir() else "digits"
    return {
        "mlp 4-2 on circle": {
            "dataset": {"name": "circle", "params": {"samples": 400}},
            "model": {"name": "mlp", "params": {"layers": [4, 2]}},
            "optimizer": {"name": "sgd", "params": {"learning_rate": 0.03}},
            # PyTorch against PyTorch: the fused kernel has lines of its own.
            "training": {"batch_size": 10, "engine": "eager"},
        },
        f"lenet5 on {images}, batch 64": {
            "dataset": {"name": images},
            "model": {"name": "lenet5"},
            "optimizer": {"name": "adam", "params": {"learning_rate": 0.001}},
            "training": {"batch_size": 64},
        },
    }
