"""The dialog that starts an experiment of one's own."""

import time

from playwright.sync_api import Page, Route, expect
from tests.support.server import LanternServer

SLOW_S = 1.0


def test_two_clicks_on_start_make_one_session(server: LanternServer, page: Page) -> None:
    asked: list[str] = []

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            asked.append(route.request.url)
            time.sleep(SLOW_S)
        route.continue_()

    page.goto(server.url)
    page.get_by_role("button", name="New experiment").click()
    page.route("**/api/v1/sessions", slowly)
    start = page.get_by_role("dialog").get_by_role("button", name="Start")
    start.dblclick()
    expect(start).to_be_disabled()
    expect(start).to_have_text("Starting …")
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=30_000)
    page.unroute("**/api/v1/sessions")
    assert len(asked) == 1
    server.request("DELETE", f"/sessions/{page.url.rsplit('/', 1)[1]}")
