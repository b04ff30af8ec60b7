"""Every page: it opens, fits the screen, works with the keyboard and passes axe."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import open_tab
from tests.support.server import DIGITS, ROOT, SPIRAL, LanternServer

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"


def violations(page: Page) -> list[str]:
    """Run axe on the page as it stands; return what it found, one line each."""
    page.evaluate(Path(AXE).read_text())
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def spiral(server: LanternServer) -> str:
    session = server.create(SPIRAL, phase="paused")["id"]
    server.command(session, "run", steps=300, wait_s=30)
    return session


@pytest.fixture(scope="module")
def digits(server: LanternServer) -> str:
    session = server.create(DIGITS, phase="paused")["id"]
    server.command(session, "run", steps=60, wait_s=60)
    return session


def test_the_first_visit_shows_a_session_that_trains_and_a_gallery(
    server: LanternServer, page: Page
) -> None:
    page.goto(server.url)
    expect(page.get_by_text("Training now", exact=True)).to_be_visible(timeout=30_000)
    cards = page.get_by_role("link", name="Read")
    expect(cards.first).to_be_visible()
    assert cards.count() == len(server.request("GET", "/lessons"))
    page.get_by_role("link", name="Open this session").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=30_000)
    session = page.url.rsplit("/", 1)[1]
    first = server.request("GET", f"/sessions/{session}")
    assert first["phase"] == "running"
    server.request("DELETE", f"/sessions/{session}")


def test_a_card_opens_a_session_that_is_training(server: LanternServer, page: Page) -> None:
    page.goto(server.url)
    page.get_by_text("Inside and outside").first.click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inside and outside")
    server.request("DELETE", f"/sessions/{page.url.rsplit('/', 1)[1]}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["/", "/#/sessions", "/#/lesson/two-spirals", "/#/s/{spiral}", "/#/s/{digits}", "/docs"]
)
def test_axe_finds_nothing(
    server: LanternServer, page: Page, spiral: str, digits: str, path: str, theme: str
) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(server.url + path.format(spiral=spiral, digits=digits))
    page.wait_for_timeout(2500)
    assert violations(page) == []


TABS = (
    "Filters",
    "Explain",
    "Attack",
    "Embedding",
    "Neighbours",
    "Patches",
    "Features",
    "Predictions",
    "Statistics",
    "Gradients",
)


@pytest.mark.parametrize("tab", TABS)
def test_axe_finds_nothing_in_the_tabs(
    server: LanternServer, page: Page, digits: str, tab: str
) -> None:
    page.goto(f"{server.url}/#/s/{digits}")
    open_tab(page, tab)
    page.wait_for_timeout(1500)
    assert violations(page) == []


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("kind", ["spiral", "digits"])
def test_a_session_fits_the_screen(
    server: LanternServer, page: Page, spiral: str, digits: str, kind: str, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{server.url}/#/s/{spiral if kind == 'spiral' else digits}")
    expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(1000)
    tall = page.evaluate("document.scrollingElement.scrollHeight - innerHeight")
    wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert (tall, wide) == (0, 0)
    # Of a network in the plane the stage alone; of one that reads images, with its inspectors.
    stage = page.get_by_role("region", name="Network") if kind == "spiral" else page.locator("main")
    box = stage.bounding_box()
    assert box
    assert box["width"] * box["height"] / (size[0] * size[1]) >= 0.35


def test_two_sessions_are_compared(
    server: LanternServer, page: Page, spiral: str, digits: str
) -> None:
    fork = server.request("POST", f"/sessions/{spiral}/fork", json={"step": 100})["id"]
    page.goto(f"{server.url}/#/compare/{spiral}/{fork}")
    page.wait_for_timeout(3000)
    assert page.get_by_role("img").count() >= 3
    key = page.get_by_role("list", name="Key to the charts").get_by_role("listitem")
    title = server.request("GET", f"/sessions/{spiral}")["title"]
    assert [" ".join(words.split()) for words in key.all_inner_texts()] == [
        f"A {title}",
        f"B Fork at 100 of {title}",
    ]
    assert violations(page) == []
    server.request("DELETE", f"/sessions/{fork}")
