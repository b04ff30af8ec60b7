"""Whether the page keeps up: frames per second of a session page while its figures stream."""

from tests.bench.table import Line, at_least, noted
from tests.support.browser import chromium
from tests.support.server import SPIRAL, LanternServer

COUNT_FRAMES = """
() => new Promise((resolve) => {
  let frames = 0;
  const start = performance.now();
  const tick = (now) => {
    frames += 1;
    if (now - start < 5000) requestAnimationFrame(tick);
    else resolve((frames * 1000) / (now - start));
  };
  requestAnimationFrame(tick);
})
"""
GOAL = 60.0
ROUNDING = 0.98
"""A display of 60 Hz never measures at exactly 60."""


def measure(server: LanternServer) -> list[Line]:
    """Count animation frames on an empty page and on a session page in one browser."""
    session = server.create(SPIRAL)["id"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{server.url}/healthz")
        empty = page.evaluate(COUNT_FRAMES)
        page.goto(f"{server.url}/#/s/{session}")
        page.wait_for_timeout(3000)
        rate = page.evaluate(COUNT_FRAMES)
    server.request("DELETE", f"/sessions/{session}")
    return [
        at_least("session page, frames/s", rate, GOAL * ROUNDING, digits=1),
        noted("empty page in the same browser, frames/s", f"{empty:.1f}"),
    ]
