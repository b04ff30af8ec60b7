"""The walls of activations and filters: values and gradients, scales, channels."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.support.server import DIGITS, LanternServer

SLOW = 30_000


@pytest.fixture(scope="module")
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(DIGITS, phase="paused")["id"]
    server.command(created, "run", steps=20, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def opened(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("tab", name="Explain")).to_be_visible(timeout=SLOW)
    return page


def wall(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name=name, exact=True).click()
    return page.get_by_role("tabpanel", name=name)


def test_the_legend_says_whose_scale_it_is_also_of_gradients(
    opened: Page, server: LanternServer, session: str
) -> None:
    tab = wall(opened, "Activations")
    tab.get_by_label("Layer", exact=True).select_option("conv2")
    expect(tab.get_by_text("each on its own scale")).to_be_visible(timeout=SLOW)
    tab.get_by_role("button", name="gradients").click()
    expect(tab.get_by_text(re.compile(r"^loss of true class \d$"))).to_be_visible(timeout=SLOW)
    expect(tab.get_by_text("conv2, d loss / d unit 0")).to_be_visible()
    expect(tab.get_by_text("click a pixel")).to_have_count(0)
    scale = tab.get_by_label("Scale", exact=True)
    scale.select_option("global")
    expect(tab.get_by_text("one scale for all layers")).to_be_visible()
    tab.get_by_role("button", name="values").click()
    scale.select_option("fixed")
    fixed = tab.get_by_text("fixed as at step 20")
    expect(fixed).to_be_visible(timeout=SLOW)
    server.command(session, "run", steps=2, wait_s=60)
    expect(opened.get_by_text("step 22", exact=False).first).to_be_visible(timeout=SLOW)
    expect(fixed).to_be_visible()


def test_filters_are_shown_by_channel_and_by_whose_loss(opened: Page) -> None:
    tab = wall(opened, "Filters")
    tab.get_by_label("Layer", exact=True).select_option("conv2")
    channel = tab.get_by_label("Input channel")
    channel.select_option("from channel 2")
    expect(tab.get_by_text("one scale for the layer")).to_be_visible(timeout=SLOW)
    tab.get_by_role("button", name="gradients").click()
    expect(tab.get_by_text("conv2, d loss / d filter 0")).to_be_visible(timeout=SLOW)
    tab.get_by_label("Whose loss").select_option("of the input")
    picture = tab.get_by_role("img", name=re.compile("^16 units of conv2 with gradients"))
    expect(picture).to_be_visible(timeout=SLOW)
    tab.get_by_label("Layer", exact=True).select_option("conv1")
    expect(channel).to_have_count(0, timeout=SLOW)
