"""Whether the graph of a deep network is there at once, and moves without a stutter."""

from typing import Any

from playwright.sync_api import Page
from tests.bench.table import Line, at_most, middle, p95
from tests.support.browser import chromium
from tests.support.server import LanternServer

EXPERIMENT: dict[str, Any] = {
    "dataset": {"name": "scenes"},
    "model": {"name": "resnet", "params": {"depth": 101}},
    "training": {"batch_size": 8},
}
LAYOUT_MS = 1000.0
FRAME_MS = 34.0

SPY = """
const spy = (window.spy = { paints: [] });
const clear = CanvasRenderingContext2D.prototype.clearRect;
CanvasRenderingContext2D.prototype.clearRect = function (...given) {
  if (this.canvas.closest?.(".graph")) spy.paints.push(performance.now());
  return clear.apply(this, given);
};
"""
"""Notes when the graph is painted."""

OPEN = """
async () => {
  const start = performance.now();
  const button = [...document.querySelectorAll("section[aria-label=Network] button")];
  button.find(({ textContent }) => textContent.trim() === "Graph").click();
  while (spy.paints.length === 0 && performance.now() - start < 10000)
    await new Promise((resolve) => setTimeout(resolve, 1));
  return (spy.paints[0] ?? Infinity) - start;
}
"""
"""From the click to the first painting of the graph: its code, its layout, its picture."""

MOVE = """
async (moves) => {
  const canvas = document.querySelector(".graph canvas");
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const middle = { clientX: left + width / 2, clientY: top + height / 2 };
  const fire = (Kind, type, given) =>
    canvas.dispatchEvent(new Kind(type, { bubbles: true, cancelable: true, ...given }));
  canvas.setPointerCapture = () => {}; // which only a real pointer can be held by
  spy.paints = [];
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  if (moves === "drag") fire(PointerEvent, "pointerdown", middle);
  for (let turn = 0; turn < 180; turn++) {
    if (moves === "wheel")
      fire(WheelEvent, "wheel", { ...middle, deltaY: turn % 12 < 6 ? -60 : 60 });
    else
      fire(PointerEvent, "pointermove", {
        clientX: middle.clientX + 150 * Math.sin(turn / 9),
        clientY: middle.clientY + 60 * Math.cos(turn / 7),
      });
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  fire(PointerEvent, "pointerup", middle);
  return { frames, paints: spy.paints.length };
}
"""
"""Milliseconds from frame to frame while the graph moves in each, and how often it was painted."""


def measure(server: LanternServer) -> list[Line]:
    """Open the graph of a network of more than 300 layers, zoom and drag it."""
    session = server.create(EXPERIMENT, phase="paused")["id"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(SPY)
        page.goto(f"{server.url}/#/s/{session}")
        page.get_by_role("button", name="Graph", exact=True).wait_for()
        page.wait_for_timeout(3000)
        opened = page.evaluate(OPEN)
        layers = page.locator(".graph [role=option]").count()
        page.wait_for_timeout(500)
        title = f"graph of {layers} layers"
        lines = [at_most(f"{title}: from the click to its picture", opened, LAYOUT_MS, unit=" ms")]
        _zoom_in(page, 2)  # the whole of it has nowhere to be dragged to
        for moves, name in (("wheel", "zoomed"), ("drag", "dragged")):
            lines += _frames(page, moves, f"{title}, {name}")
        _zoom_in(page, 3)
        lines += _frames(page, "drag", f"{title}, dragged where layers have names")
        page.close()
    server.request("DELETE", f"/sessions/{session}")
    return lines


def _zoom_in(page: Page, times: int) -> None:
    for _ in range(times):
        page.get_by_role("button", name="Zoom in").click()


def _frames(page: Page, moves: str, title: str) -> list[Line]:
    page.wait_for_timeout(300)
    found = page.evaluate(MOVE, moves)
    frames: list[float] = found["frames"]
    if found["paints"] < len(frames) / 2:
        raise AssertionError(f"{title}: painted {found['paints']} times in {len(frames)} frames")
    return [
        at_most(f"{title}: frame, median", middle(frames), FRAME_MS, unit=" ms"),
        at_most(f"{title}: frame, p95", p95(frames), FRAME_MS, unit=" ms"),
    ]
