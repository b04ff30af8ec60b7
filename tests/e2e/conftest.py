"""One real server and one real browser for all end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.support.browser import chromium
from tests.support.server import LanternServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanternServer]:
    """`lantern serve`, shared by the tests that leave it as they found it."""
    with LanternServer(tmp_path_factory.mktemp("lantern")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LanternServer]:
    """`lantern serve` for one test that kills parts of it."""
    with LanternServer(tmp_path / "home") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one file at a time: Playwright keeps an event loop while it runs."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser, server: LanternServer) -> Iterator[Page]:
    """A fresh page of 1920 x 1080 that may talk to the server alone and must not throw."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    opened = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []

    def note(url: str) -> None:
        if not url.startswith((server.url, "data:", "blob:", server.url.replace("http", "ws"))):
            strangers.append(url)

    context.on("request", lambda request: note(request.url))
    opened.on("websocket", lambda socket: note(socket.url))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert strangers == []
    assert errors == []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(180))
