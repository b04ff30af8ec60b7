"""What watching costs: a session's speed over a bare PyTorch loop of the same model."""

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

from tests.bench.table import Line, at_least, middle, noted
from tests.support.server import ROOT, LanternServer
from tests.support.viewer import Viewer

SETTLE_S = 0.4

FIRST_S = 60.0
"""For the first figures of all views while training is paused; some take seconds."""

Views = tuple[tuple[str, dict[str, Any]], ...]
"""Inspectors and their parameters."""

IMAGE_PAGE: Views = (
    ("network", {"units": 24}),
    ("prediction", {}),
    ("confusion", {}),
    ("embedding", {}),
    ("activations", {}),
)
"""What the page of a network on images watches when it opens."""

INSIDE: Views = (
    ("filters", {}),
    ("attribution", {"method": "saliency"}),
    ("attribution", {"method": "grad_cam"}),
    ("attribution", {"method": "integrated_gradients"}),
    ("attribution", {"method": "occlusion"}),
    ("ranking", {}),
    ("layer_stats", {}),
    ("gradients", {}),
    ("weights", {}),
    ("norms", {}),
    ("attack", {}),
    ("neighbours", {}),
    ("activation_histogram", {}),
)
"""The views of all other tabs that are repeated while training goes on."""


RESIDUAL = {
    "dataset": {"name": "cifar10"},
    "model": {"name": "resnet_cifar"},
    "optimizer": {"name": "sgd", "params": {"learning_rate": 0.05}},
    "training": {"batch_size": 64},
}


@dataclass(frozen=True)
class Way:
    """One way of watching, and the share of the bare speed that must be left."""

    name: str
    views: Views
    goal: float
    budget: float = 0.10


@dataclass(frozen=True)
class Plan:
    """What is trained, and how it is watched."""

    name: str
    experiment: dict[str, Any]
    ways: tuple[Way, ...]
    rounds: int = 15
    seconds: float = 1.0
    """Of each turn."""


class Bare:
    """The bare loop, in a process of its own, waiting for its turns."""

    def __init__(self, experiment: dict[str, Any], server: LanternServer, seconds: float) -> None:
        self.seconds = seconds
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
        self.process.stdin.write(f"{self.seconds}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(10)


async def _speed(server: LanternServer, session: str, seconds: float) -> float:
    """Let the session train for a while, pausing it before and after."""
    ask = partial(asyncio.to_thread, server.command, session)
    await ask("run")
    await asyncio.sleep(SETTLE_S)
    first, start = await _step(server, session), time.perf_counter()
    await asyncio.sleep(seconds)
    last, end = await _step(server, session), time.perf_counter()
    await ask("pause")
    return (last - first) / (end - start)


async def _step(server: LanternServer, session: str) -> int:
    info = await asyncio.to_thread(server.command, session, "snapshot")
    return info["step"]


async def _watched(server: LanternServer, session: str, views: Views, seconds: float) -> float:
    if not views:
        return await _speed(server, session, seconds)
    async with Viewer(server.url, session) as viewer:
        for at, (inspector, params) in enumerate(views):
            await viewer.watch(inspector, ref=f"{inspector}-{at}", **params)
        await _all_seen(viewer, len(views))
        return await _speed(server, session, seconds)


async def _all_seen(viewer: Viewer, count: int) -> None:
    """Wait for the first whole figure of each view: what is measured is watching, not opening."""
    seen: set[str] = set()
    async with asyncio.timeout(FIRST_S):
        while len(seen) < count:
            arrival = await viewer.arrivals.get()
            header = arrival.header
            if arrival.type == "view_problem" or (arrival.type == "figure" and header["final"]):
                seen.add(header["key"])


def measure(server: LanternServer, plan: "Plan") -> list[Line]:
    """Return the lines for one experiment: idle, and watched in each of the ways.

    Bare loop and session take turns, and each turn of the session is compared with the mean of the
    bare loop's before and after it, so that what the machine's neighbours do hits both alike. The
    figure is the median of the rounds' ratios.
    """
    bare = Bare(plan.experiment, server, plan.seconds)
    session = server.create(plan.experiment, phase="paused")["id"]
    ways = (Way("nobody watches", (), 0.99), *plan.ways)
    plain = [bare.steps_per_s()]
    ratios: list[list[float]] = [[] for _ in ways]
    for _ in range(plan.rounds):
        for way, found in zip(ways, ratios, strict=True):
            server.command(session, "budget", share=way.budget)
            speed = asyncio.run(_watched(server, session, way.views, plan.seconds))
            plain.append(bare.steps_per_s())
            found.append(speed / mean(plain[-2:]))
    bare.close()
    server.request("DELETE", f"/sessions/{session}")
    lines = [noted(f"{plan.name}: bare PyTorch loop", f"{middle(plain):.1f} steps/s")]
    for way, found in zip(ways, ratios, strict=True):
        said = f"{plan.name}: {way.name} / bare"
        lines.append(at_least(said, middle(found), way.goal, note=_spread(found)))
    return lines


def _spread(values: list[float]) -> str:
    """Return where the middle half of the values lies."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f" (middle half {low:.2f}-{high:.2f})"


def plans(data: Path) -> list[Plan]:
    """Return what is measured: a network in the plane, and LeNet-5 on the best digits at hand."""
    images = "mnist" if (data / "MNIST" / "raw").is_dir() else "digits"
    plane: Views = (("network", {}), ("output", {}))
    circle = {
        "dataset": {"name": "circle", "params": {"samples": 400}},
        "model": {"name": "mlp", "params": {"layers": [4, 2]}},
        "optimizer": {"name": "sgd", "params": {"learning_rate": 0.03}},
        # PyTorch against PyTorch: the fused kernel has lines of its own.
        "training": {"batch_size": 10, "engine": "eager"},
    }
    digits = {
        "dataset": {"name": images},
        "model": {"name": "lenet5"},
        "optimizer": {"name": "adam", "params": {"learning_rate": 0.001}},
        "training": {"batch_size": 64},
    }
    return [
        Plan(
            "mlp 4-2 on circle",
            circle,
            (Way("watched, budget 10%", plane, 0.9), Way("watched, budget 3%", plane, 0.97, 0.03)),
        ),
        Plan(
            f"lenet5 on {images}, batch 64",
            digits,
            (
                Way("default views", IMAGE_PAGE, 0.95),
                Way("every view", IMAGE_PAGE + INSIDE, 0.85),
                Way("default views, budget 3%", IMAGE_PAGE, 0.97, 0.03),
            ),
        ),
    ]


def residual(data: Path) -> list[Plan]:
    """Return a network of a tenth of a second a step, where looks are as dear as steps."""
    if not (data / "cifar10-jpeg.zip").is_file():
        return []
    ways = (
        Way("default views", IMAGE_PAGE, 0.95),
        Way("every view", IMAGE_PAGE + INSIDE, 0.85),
    )
    return [Plan("resnet_cifar on cifar10, batch 64", RESIDUAL, ways, seconds=5.0, rounds=5)]
