"""From the network down to one number, and sideways: layouts, neighbours, patches, features."""

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.support.browser import open_tab
from tests.support.server import LanternServer, wait_until

SLOW = 30_000
SMALL_CNN = {
    "title": "Small CNN on digits",
    "dataset": {"name": "digits"},
    "model": {"name": "small_cnn"},
    "seed": 1,
}


@pytest.fixture(scope="module")
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(SMALL_CNN, phase="paused")["id"]
    server.command(created, "run", steps=120, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def inside(page: Page, server: LanternServer, session: str) -> Page:
    server.command(session, "set_input", slot=0, input={"type": "sample", "index": 0})
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_text("Paused", exact=True)).to_be_visible(timeout=SLOW)
    return page


def panel(page: Page, name: str) -> Locator:
    """The open way of looking inside."""
    return page.get_by_role("tabpanel", name=name, exact=True)


def looked_at(server: LanternServer, session: str) -> dict[str, Any]:
    """The sample that everything looks at."""
    return server.request("GET", f"/sessions/{session}/inputs")["slots"]["0"]


def around(page: Page, canvas: Locator) -> None:
    """Drag once around all that is drawn."""
    box = canvas.bounding_box()
    assert box
    for turn in range(25):
        angle = 2 * math.pi * turn / 24
        x = box["x"] + box["width"] * (0.5 + 0.49 * math.cos(angle))
        y = box["y"] + box["height"] * (0.5 + 0.49 * math.sin(angle))
        page.mouse.move(x, y)
        if turn == 0:
            page.mouse.down()
    page.mouse.up()


def test_from_the_graph_to_a_layer_a_channel_and_the_formula_of_one_number(inside: Page) -> None:
    inside.get_by_text("Graph", exact=True).click()
    layers = inside.get_by_role("listbox", name=re.compile("^Layers of the network"))
    layers.focus()
    selected = layers.get_by_role("option", selected=True)
    for _ in range(8):
        if "conv2" in selected.inner_text():
            break
        layers.press("ArrowRight")
    for fact in ("operation", "output", "parameters", "MACs", "FLOPs", "receptive field"):
        expect(inside.get_by_role("term").filter(has_text=fact).first).to_be_visible()
    inside.get_by_role("button", name="Its activations").click()
    where = inside.get_by_role("navigation", name="Where you look")
    expect(where).to_contain_text("conv2")
    panel(inside, "Activations").get_by_role("button", name="3", exact=True).click()
    expect(where).to_contain_text("channel 3")
    one = inside.get_by_label(re.compile("^conv2, unit 3: walk over its map"))
    one.focus()
    one.press("ArrowRight")
    one.press("Enter")
    formula = inside.get_by_role("region", name="Formula")
    expect(formula.get_by_role("group", name="What it is made of")).to_be_visible(timeout=SLOW)
    expect(formula).to_contain_text("ReLU")
    inside.keyboard.press("Escape")
    expect(formula).to_have_count(0)


def test_points_of_an_embedding_are_chosen_by_dragging_around_them(
    inside: Page, server: LanternServer, session: str
) -> None:
    open_tab(inside, "Embedding")
    canvas = panel(inside, "Embedding").locator("canvas").first
    expect(canvas).to_be_visible(timeout=SLOW)
    inside.wait_for_timeout(300)  # a drag counts on what is drawn
    around(inside, canvas)
    pictures = inside.get_by_role("complementary", name="Chosen samples")
    expect(pictures.get_by_text(re.compile(r"^\d+ chosen"))).to_be_visible()
    pictures.get_by_role("button", name=re.compile("^Look at")).nth(5).click()
    expect(inside.get_by_text("1 pinned")).to_have_count(0)
    wait_until(lambda: looked_at(server, session)["index"] > 0)


@pytest.mark.parametrize("method", ["t-SNE", "UMAP"])
def test_a_layout_in_three_dimensions_says_how_far_it_can_be_trusted(
    inside: Page, method: str
) -> None:
    open_tab(inside, "Embedding")
    tab = panel(inside, "Embedding")
    tab.get_by_label("Samples", exact=True).select_option("100")
    tab.get_by_role("button", name="3-D").click()
    tab.get_by_role("button", name=method).click()
    trusted = re.compile(r"100 samples.*trustworthiness \d+\.\d %")
    expect(tab.get_by_text(trusted)).to_be_visible(timeout=60_000)


def test_neighbours_stand_side_by_side_in_pixels_and_as_a_layer_sees(inside: Page) -> None:
    open_tab(inside, "Neighbours")
    tab = panel(inside, "Neighbours")
    tab.get_by_label("Layer", exact=True).select_option("conv1")
    expect(tab.get_by_text("nearest in pixel space")).to_be_visible(timeout=SLOW)
    expect(tab.get_by_text("nearest as conv1 sees")).to_be_visible(timeout=SLOW)
    expect(tab.get_by_text(re.compile(r"^[\d.]+ % of the same class"))).to_have_count(2)


def test_a_patch_leads_to_the_picture_it_is_from(
    inside: Page, server: LanternServer, session: str
) -> None:
    open_tab(inside, "Patches")
    tab = panel(inside, "Patches")
    tab.get_by_label("Layer", exact=True).select_option("conv1")
    expect(tab.get_by_text("each unit sees 5 × 5 pixels")).to_be_visible(timeout=SLOW)
    tab.get_by_role("button", name=re.compile("^Look at the picture of")).first.click()
    wait_until(lambda: looked_at(server, session)["split"] == "train")


def test_features_are_a_film_that_is_compared_with_the_data(inside: Page) -> None:
    open_tab(inside, "Features")
    tab = panel(inside, "Features")
    tab.get_by_role("button", name="6", exact=True).click()
    expect(tab.get_by_text(re.compile(r"^[1-6] of 6 above all of \d+"))).to_be_visible(timeout=SLOW)
    place = tab.get_by_role("slider").last
    place.focus()
    place.press("Home")
    expect(tab.get_by_role("status").filter(has_text="step 0")).to_be_visible()


def test_cam_says_why_this_network_has_none(inside: Page) -> None:
    open_tab(inside, "Explain")
    inside.get_by_role("button", name="CAM", exact=True).click()
    reason = inside.get_by_text(re.compile("CAM needs global average pooling followed by one"))
    expect(reason.first).to_be_visible(timeout=SLOW)
