"""Take the pictures of the README from the running product (`make pictures` keeps them)."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import open_tab
from tests.support.server import DATA, DIGITS, ROOT, SPIRAL, LanternServer, wait_until

KEEP = os.environ.get("LANTERN_PICTURES") == "1"
PATIENCE_S = 800 if KEEP else 100


@dataclass(frozen=True)
class Scene:
    """What a picture shows."""

    experiment: dict[str, Any]
    steps: int
    tab: str = ""
    theme: str = "light"
    samples: tuple[int, ...] = ()
    """Of the validation set, pinned as inputs."""
    seen: Callable[[Page], None] = field(default=lambda page: page.wait_for_timeout(6000))
    """Waits until everything is there."""


def explained(page: Page) -> None:
    """Wait for the input and four maps of it in each row of the Explain tab."""
    cells = page.locator("[data-place] canvas")
    expect(cells).to_have_count(len(INSIDE.samples) * 5, timeout=60_000)
    page.wait_for_timeout(4000)


READER = DIGITS | {
    "title": "LeNet-5 reads digits",
    "dataset": {"name": "mnist" if DATA else "digits"},
}
RESIDUAL = {
    "title": "ResNet-14 on CIFAR-10" if DATA else "ResNet-14 on Scenes",
    "dataset": {"name": "cifar10" if DATA else "scenes"},
    "model": {"name": "resnet_cifar"},
    "training": {"batch_size": 32},
    "seed": 1,
}
INSIDE = Scene(
    RESIDUAL,
    steps=2500 if KEEP else 20,
    tab="Explain",
    theme="dark",
    samples=(0, 1, 7),
    seen=explained,
)
SCENES = {
    "session-mlp": Scene(SPIRAL, steps=1500),
    "session-cnn": Scene(READER, steps=400, tab="Explain"),
    "session-inside": INSIDE,
}


def step_of(server: LanternServer, session: str) -> int:
    return server.request("GET", f"/sessions/{session}")["step"]


@pytest.mark.timeout(PATIENCE_S + 100)
@pytest.mark.parametrize("name", list(SCENES))
def test_picture(server: LanternServer, page: Page, tmp_path: Path, name: str) -> None:
    scene = SCENES[name]
    session = server.create(scene.experiment, phase="paused")["id"]
    for slot, index in enumerate(scene.samples):
        server.command(session, "set_input", slot=slot, input={"type": "sample", "index": index})
    server.command(session, "run", steps=scene.steps)
    wait_until(lambda: step_of(server, session) >= scene.steps, PATIENCE_S)
    page.add_init_script(f"localStorage.setItem('lantern.theme', '{scene.theme}')")
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=30_000)
    if scene.tab:
        open_tab(page, scene.tab)
    scene.seen(page)
    folder = ROOT / "docs/images" if KEEP else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 50_000
    server.request("DELETE", f"/sessions/{session}")
