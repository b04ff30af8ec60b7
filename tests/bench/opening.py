"""How long somebody who opens a way of looking inside waits for its picture while it trains."""

import asyncio
from typing import Any

from tests.bench.table import Line, at_most, middle
from tests.bench.watching import IMAGE_PAGE, RESIDUAL
from tests.support.server import LanternServer
from tests.support.viewer import Viewer

TABS: dict[str, dict[str, Any]] = {
    "layer_stats": {},
    "ranking": {},
    "neighbours": {},
    "patches": {},
    "attribution": {"method": "occlusion"},
}
ROUNDS = 5
REST_S = 1.0
GOAL_S = 6.0


def measure(server: LanternServer) -> list[Line]:
    """Open one tab after the other beside the page's own views, and wait for a whole figure."""
    if not (server.data / "cifar10-jpeg.zip").is_file():
        return []
    session = server.create(RESIDUAL, phase="running")["id"]
    waits = asyncio.run(_waits(server, session))
    server.request("DELETE", f"/sessions/{session}")
    return [
        at_most(
            f"resnet_cifar trains: {name} opened, until it is there",
            middle(found),
            GOAL_S,
            unit=" s",
        )
        for name, found in waits.items()
    ]


async def _waits(server: LanternServer, session: str) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {name: [] for name in TABS}
    async with Viewer(server.url, session) as viewer:
        for at, (inspector, params) in enumerate(IMAGE_PAGE):
            await viewer.watch(inspector, ref=f"page-{at}", **params)
        await viewer.next("metrics", timeout_s=60)
        await asyncio.sleep(10 * REST_S)
        for _ in range(ROUNDS):
            for name, params in TABS.items():
                waits[name].append(await _wait(viewer, name, params))
                await asyncio.sleep(REST_S)
    return waits


async def _wait(viewer: Viewer, name: str, params: dict[str, Any]) -> float:
    """Return the seconds from opening a view to its first whole figure; close it again."""
    start = asyncio.get_running_loop().time()
    await viewer.watch(name, ref=name, **params)
    key = (await viewer.next("watching", ref=name)).header["key"]
    await viewer.next("figure", timeout_s=60, key=key, final=True)
    await viewer.unwatch(name)
    return asyncio.get_running_loop().time() - start
