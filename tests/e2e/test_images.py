"""The network that reads images, as a user meets it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.support.server import DATA, DIGITS, LanternServer


@pytest.fixture(scope="module")
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(DIGITS, phase="paused")["id"]
    server.command(created, "run", steps=150, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def opened(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("tab", name="Explain")).to_be_visible(timeout=30_000)
    return page


def test_every_layer_shows_its_maps_with_prediction_and_confusion(opened: Page) -> None:
    network = opened.get_by_role("region", name="Network")
    for title in ("conv1", "conv2", "conv3", "fc1", "softmax"):
        expect(network.get_by_text(title, exact=True).first).to_be_visible(timeout=20_000)
    expect(opened.get_by_role("heading", name="Prediction")).to_be_visible()
    expect(opened.get_by_role("heading", name="Confusion")).to_be_visible()
    expect(opened.get_by_text(re.compile("of .* right$")).first).to_be_visible(timeout=30_000)


def test_methods_explain_side_by_side_for_a_chosen_class(opened: Page) -> None:
    opened.get_by_role("tab", name="Explain").click()
    methods = opened.get_by_role("group", name="Methods")
    expect(methods.get_by_role("button", name="Grad-CAM", pressed=True)).to_be_visible()
    opened.get_by_label("class", exact=True).select_option("3")
    for method in ("saliency", "grad_cam"):
        told = opened.locator(f"[data-place='0:{method}']")
        expect(told).to_have_attribute("aria-label", re.compile("for class 3,"), timeout=30_000)


def test_an_epsilon_slider_changes_the_attack(opened: Page) -> None:
    opened.get_by_role("tab", name="Attack").click()
    panel = opened.get_by_role("tabpanel")
    field = panel.get_by_role("textbox", name="Epsilon, as a number")
    field.fill("0.3")
    field.press("Enter")
    expect(panel.get_by_role("img", name="change of at most 0.3 per pixel")).to_be_visible(
        timeout=30_000
    )


@pytest.mark.skipif(DATA is None, reason="needs LANTERN_DATA with MNIST in it")
def test_mnist_trains_from_the_data_folder(server: LanternServer, page: Page) -> None:
    created = server.create({"dataset": {"name": "mnist"}, "model": {"name": "lenet5"}})["id"]
    page.goto(f"{server.url}/#/s/{created}")
    expect(page.get_by_text("60 000 + 10 000")).to_be_visible(timeout=40_000)
    server.request("DELETE", f"/sessions/{created}")
