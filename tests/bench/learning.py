"""That real networks learn what they should, and do not stand still while they are looked at."""

import asyncio
import time
from typing import Any

from tests.bench.table import Line, at_least, at_most, middle, noted
from tests.bench.watching import RESIDUAL
from tests.support.server import LanternServer
from tests.support.viewer import Viewer

EPOCHS = 3
DIGITS = {
    "dataset": {"name": "mnist"},
    "model": {"name": "lenet5"},
    "optimizer": {"name": "adam", "params": {"learning_rate": 0.001}},
    "training": {"batch_size": 64, "stop_epochs": EPOCHS},
}
SIX_VIEWS: dict[str, dict[str, Any]] = {
    "network": {"units": 16, "level": "auto"},
    "prediction": {},
    "confusion": {"samples": 2000},
    "embedding": {},
    "layer_stats": {},
    "attribution": {"method": "grad_cam"},
}
SECONDS = 40.0


def digits(server: LanternServer) -> list[Line]:
    """Measure how well LeNet-5 tells MNIST's validation digits apart, and how long that takes."""
    if not (server.data / "MNIST" / "raw").is_dir():
        return []
    session = server.create(DIGITS, phase="paused")["id"]
    started_s = time.perf_counter()
    server.command(session, "run")
    while server.request("GET", f"/sessions/{session}")["phase"] == "running":
        time.sleep(0.5)
    seconds = time.perf_counter() - started_s
    column = server.request("GET", f"/sessions/{session}/metrics")["columns"]
    known = [value for value in column["validation_accuracy"] if value is not None]
    server.request("DELETE", f"/sessions/{session}")
    name = f"lenet5 on mnist, {EPOCHS} epochs, {seconds:.0f} s: validation accuracy"
    return [at_least(name, known[-1], 0.98, digits=4)]


def residual(server: LanternServer) -> list[Line]:
    """Measure how evenly a residual network trains on CIFAR-10 while six views are open."""
    if not (server.data / "cifar10-jpeg.zip").is_file():
        return []
    session = server.create(RESIDUAL, phase="paused")["id"]
    gaps, looks = asyncio.run(_six_views(server, session))
    server.request("DELETE", f"/sessions/{session}")
    name = "resnet_cifar on cifar10, six views"
    rates = ", ".join(f"{view} {count / SECONDS:.1f}" for view, count in looks.items())
    return [
        at_most(f"{name}: longest time without a row", 1000 * max(gaps), 1000, unit=" ms"),
        noted(f"{name}: median time between rows", f"{1000 * middle(gaps):.0f} ms"),
        noted(f"{name}: whole figures per second", rates),
    ]


async def _six_views(server: LanternServer, session: str) -> tuple[list[float], dict[str, int]]:
    """Return the seconds between rows, and how many whole figures came of each view."""
    looks = dict.fromkeys(SIX_VIEWS, 0)
    async with Viewer(server.url, session) as viewer:
        names: dict[str, str] = {}
        for inspector, params in SIX_VIEWS.items():
            await viewer.watch(inspector, ref=inspector, **params)
            watching = await viewer.next("watching", ref=inspector)
            names[watching.header["key"]] = inspector
        await asyncio.to_thread(server.command, session, "run")
        gaps: list[float] = []
        before_s = (await viewer.next("metrics")).at_s
        end_s = before_s + SECONDS
        while before_s < end_s:
            arrival = await asyncio.wait_for(viewer.arrivals.get(), 20)
            if arrival.type == "metrics":
                gaps.append(arrival.at_s - before_s)
                before_s = arrival.at_s
            elif arrival.type == "figure" and arrival.header["final"]:
                looks[names[arrival.header["key"]]] += 1
    return gaps, looks
