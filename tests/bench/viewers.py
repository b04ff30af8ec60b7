"""Many viewers of one session: rate, age, and what it costs web; one slow viewer among them."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from tests.bench.table import Line, at_least, at_most, noted, p95
from tests.support.server import SPIRAL, LanternServer
from tests.support.viewer import Viewer

VIEWERS = 100
SECONDS = 20.0
RATE_HZ = 10
WARM_UP_S = 6.0
"""Web needs one figure to notice that a line is thin."""
SLOW_BYTES_PER_S = 10_000


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Return the memory a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _drain(viewer: Viewer, until: float) -> list[tuple[float, int]]:
    """Return (age in seconds, size) of every figure that came in before the time is up."""
    seen = []
    while (left := until - time.perf_counter()) > 0:
        try:
            arrival = await viewer.next("figure", timeout_s=left)
        except TimeoutError:
            break
        age = time.time() - arrival.header["made_at"] - (time.perf_counter() - arrival.at_s)
        seen.append((age, arrival.size_bytes))
    return seen


async def _crowd(server: LanternServer, session: str) -> dict[str, Any]:
    viewers = [Viewer(server.url, session) for _ in range(VIEWERS)]
    slow = Viewer(server.url, session)
    slow.bytes_per_s = SLOW_BYTES_PER_S
    web = server.pid_of("lantern.server")
    async with asyncio.timeout(SECONDS * 4):
        for viewer in [*viewers, slow]:
            await viewer.__aenter__()
            await viewer.watch("output", resolution=124)
        await asyncio.sleep(WARM_UP_S)
        for viewer in [*viewers, slow]:
            viewer.arrivals = asyncio.Queue()
        start, used = time.perf_counter(), cpu_seconds(web)
        seen = await asyncio.gather(*(_drain(v, start + SECONDS) for v in [*viewers, slow]))
        spent = time.perf_counter() - start
        figures = {
            "web_share": (cpu_seconds(web) - used) / spent,
            "web_mb": resident_mb(web),
            "seen": seen[:-1],
            "slow": seen[-1],
            "seconds": spent,
        }
        for viewer in [*viewers, slow]:
            await viewer.__aexit__(None, None, None)
    return figures


def measure(server: LanternServer) -> list[Line]:
    """Return the lines of the load test."""
    session = server.create(SPIRAL)["id"]
    server.command(session, "pace", steps_per_s=RATE_HZ)
    found = asyncio.run(_crowd(server, session))
    server.request("DELETE", f"/sessions/{session}")
    ages = [age * 1000 for seen in found["seen"] for age, _ in seen]
    slowest = min(len(seen) for seen in found["seen"]) / found["seconds"]
    size = max(size for seen in found["seen"] for _, size in seen)
    name = f"{VIEWERS} viewers, {size / 1000:.0f} kB x {RATE_HZ}/s"
    return [
        at_least(f"{name}: slowest viewer, figures/s", slowest, 9.5),
        at_most(f"{name}: age, p95", p95(ages), 60, unit=" ms"),
        at_most(f"{name}: web, share of a core", found["web_share"] * 100, 35, unit=" %"),
        at_most(f"{name}: memory of web", found["web_mb"], 200, unit=" MB"),
        at_most("the one viewer at 10 kB/s: age", p95([a for a, _ in found["slow"]]), 3, unit=" s"),
        noted("figures received in all", str(len(ages))),
    ]
