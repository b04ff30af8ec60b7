"""Take the pictures of the README from the running product (`make pictures` keeps them)."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.server import DATA, DIGITS, ROOT, SPIRAL, LanternServer

KEEP = os.environ.get("LANTERN_PICTURES") == "1"
STEPS = {"session-mlp": 1500, "session-cnn": 400}


@pytest.mark.parametrize("name", list(STEPS))
def test_picture(server: LanternServer, page: Page, tmp_path: Path, name: str) -> None:
    images = {"name": "mnist" if DATA else "digits"}
    reader = DIGITS | {"title": "LeNet-5 reads digits", "dataset": images}
    experiment = SPIRAL if name == "session-mlp" else reader
    session = server.create(experiment, phase="paused")["id"]
    server.command(session, "run", steps=STEPS[name], wait_s=90)
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=30_000)
    if name == "session-cnn":
        page.get_by_role("tab", name="Explain").click()
    page.wait_for_timeout(6000)
    folder = ROOT / "docs/images" if KEEP else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")
    assert (folder / f"{name}.png").stat().st_size > 50_000
    server.request("DELETE", f"/sessions/{session}")
