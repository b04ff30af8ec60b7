"""Things break while the page is open; the page says so and goes on by itself."""

import os
import signal

from playwright.sync_api import Browser, Page, expect
from tests.support.server import SPIRAL, LanternServer, wait_until

DIVERGES = {
    "title": "Too large a step",
    "dataset": {"name": "circle"},
    "model": {"name": "mlp", "params": {"layers": [8, 8], "activation": "relu"}},
    "loss": {"name": "squared"},
    "optimizer": {"name": "sgd", "params": {"learning_rate": 10}},
}


def test_the_page_recovers_when_web_is_killed(own_server: LanternServer, browser: Browser) -> None:
    server = own_server
    session = server.create(SPIRAL)["id"]
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=30_000)
    os.kill(server.pid_of("lantern.server"), signal.SIGKILL)
    expect(page.get_by_role("alert").or_(page.get_by_text("connection")).first).to_be_visible(
        timeout=20_000
    )
    wait_until(lambda: server._answers("/readyz"), 60)
    before = wait_until(lambda: server.request("GET", f"/sessions/{session}"), 10)["step"]
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] > before, 30)
    page.get_by_role("button", name="Pause").click(timeout=30_000)
    expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=30_000)
    page.close()


def test_a_diverged_session_says_where_and_rewinds(server: LanternServer, page: Page) -> None:
    session = server.create(DIVERGES)["id"]
    change = {"path": "training.l2", "value": 10}
    server.command(session, "edit", changes=[change])
    page.goto(f"{server.url}/#/s/{session}")
    rewind = page.get_by_role("button", name="Rewind")
    expect(rewind.first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("hidden").or_(page.get_by_text("output")).first).to_be_visible()
    rewind.first.click()
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["problem"] is None)
    expect(rewind).to_have_count(0, timeout=10_000)
    server.request("DELETE", f"/sessions/{session}")
