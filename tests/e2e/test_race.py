"""The race of optimizers, the surface of the loss and the warped plane, as a lecturer uses them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.support.server import LanternServer

CIRCLE = {
    "title": "Circle",
    "dataset": {"name": "circle"},
    "model": {"name": "mlp", "params": {"layers": [4, 3]}},
    "optimizer": {"name": "adam", "params": {"learning_rate": 0.02}},
    "seed": 3,
}


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    """A session that trained 60 steps and stands still, deleted when the test is over."""
    made = server.create(CIRCLE, phase="paused")["id"]
    server.command(made, "run", steps=60, wait_s=60)
    yield made
    server.request("DELETE", f"/sessions/{made}")


def opened(page: Page, server: LanternServer, session: str, tab: str) -> Locator:
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel")


def test_optimizers_race_and_the_race_is_gone_through_again(
    server: LanternServer, page: Page, session: str
) -> None:
    panel = opened(page, server, session, "Race")
    boxes = panel.get_by_role("checkbox", name="takes part")
    expect(boxes).to_have_count(8)
    for box in boxes.all():
        box.uncheck()
    expect(panel.get_by_role("button", name="Race", exact=True)).to_be_disabled()
    for name in ("SGD, takes part", "Adam, takes part"):
        panel.get_by_role("checkbox", name=name).check()
    rate = panel.get_by_role("textbox", name="Learning rate of racer 1, SGD")
    rate.fill("99")
    rate.press("Enter")
    expect(rate).to_have_attribute("aria-invalid", "true")
    rate.fill("0.2")
    rate.press("Enter")
    expect(rate).to_have_attribute("aria-invalid", "false")
    panel.get_by_role("combobox", name="Steps of the race").select_option("100")
    panel.get_by_role("button", name="Race", exact=True).click()
    replay = panel.get_by_role("slider", name="Step of the race")
    expect(replay).to_be_visible(timeout=60_000)
    expect(panel.get_by_role("img", name="Paths of 2 optimizers")).to_be_visible()
    expect(panel.get_by_role("columnheader", name="train")).to_be_visible()
    expect(panel.get_by_role("cell", name="1.", exact=True)).to_be_visible()
    replay.fill("10")
    expect(panel.get_by_text("step 20", exact=True)).to_be_visible()
    panel.get_by_role("button", name="Play the race again").click()
    expect(panel.get_by_text("step 100", exact=True)).to_be_visible(timeout=15_000)


def test_a_race_outlives_its_tab(server: LanternServer, page: Page, session: str) -> None:
    panel = opened(page, server, session, "Race")
    panel.get_by_role("combobox", name="Steps of the race").select_option("30")
    panel.get_by_role("button", name="Race", exact=True).click()
    replay = panel.get_by_role("slider", name="Step of the race")
    expect(replay).to_be_visible(timeout=60_000)
    page.get_by_role("tab", name="Loss surface").click()
    page.get_by_role("tab", name="Race").click()
    expect(replay).to_be_visible()


def test_the_surface_is_seen_from_above_and_in_space(
    server: LanternServer, page: Page, session: str
) -> None:
    panel = opened(page, server, session, "Loss surface")
    surface = panel.get_by_role("img", name="Surface of the loss")
    expect(surface).to_have_count(2, timeout=30_000)
    expect(panel.get_by_text("directions of its own path")).to_be_visible()
    panel.get_by_role("button", name="in space").click()
    expect(surface).to_have_count(1)
    space = panel.get_by_role("group", name="The surface in space")
    before = space.screenshot()
    space.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert space.screenshot() != before
    panel.get_by_role("button", name="random").click()
    expect(panel.get_by_text("two random directions")).to_be_visible(timeout=30_000)


def test_the_plane_is_bent_layer_by_layer(server: LanternServer, page: Page, session: str) -> None:
    panel = opened(page, server, session, "Neuron space")
    bent = panel.get_by_role("img", name="The plane bent by neurons")
    expect(bent).to_have_count(2)
    panel.get_by_role("button", name="Enlarge hidden 2").click()
    expect(bent).to_have_count(1)
    panel.get_by_role("combobox", name="Up, hidden 2").select_option(label="3")
    expect(panel.get_by_role("img", name="bent by neurons 1 and 3 of hidden 2")).to_be_visible()
    panel.get_by_role("button", name="All layers").click()
    expect(bent).to_have_count(2)
