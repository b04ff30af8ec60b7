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
GRAPH = re.compile("^Layers of the network")
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
    layers = inside.get_by_role("listbox", name=GRAPH)
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


@pytest.fixture
def graph(inside: Page) -> Page:
    inside.get_by_text("Graph", exact=True).click()
    expect(inside.get_by_role("listbox", name=GRAPH)).to_be_visible()
    inside.wait_for_timeout(300)  # a camera moves on what is drawn
    return inside


def graph_canvas(page: Page) -> Locator:
    return page.get_by_role("region", name="Network").locator("canvas")


def looks(page: Page) -> bytes:
    """The graph as it is drawn, with the pointer away from it."""
    page.mouse.move(2, 2)
    page.wait_for_timeout(200)
    return graph_canvas(page).screenshot()


def inked(page: Page) -> float:
    """Share of the graph's canvas that something is drawn on."""
    return graph_canvas(page).evaluate(
        """canvas => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            return data.filter((value, at) => at % 4 === 3 && value > 0).length / (width * height);
        }"""
    )


def across(page: Page, *, pressed: bool) -> None:
    """Move the pointer over the graph, with a button pressed or without."""
    box = graph_canvas(page).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if pressed:
        page.mouse.down()
    page.mouse.move(x - 90, y - 30, steps=4)
    page.mouse.up()
    page.mouse.move(x - 200, y - 40, steps=4)


def test_the_camera_of_the_graph_moves_only_while_a_button_is_pressed_on_it(graph: Page) -> None:
    zoom_in = graph.get_by_role("button", name="Zoom in")
    whole = looks(graph)
    zoom_in.click()
    zoom_in.click()
    zoomed = looks(graph)
    assert zoomed != whole
    across(graph, pressed=False)
    assert looks(graph) == zoomed
    across(graph, pressed=True)
    dragged = looks(graph)
    assert dragged != zoomed
    across(graph, pressed=False)
    assert looks(graph) == dragged
    graph.get_by_role("button", name="The whole graph").click()
    across(graph, pressed=False)
    assert looks(graph) == whole


def test_the_graph_stays_in_sight_when_its_room_changes(graph: Page) -> None:
    graph.get_by_label("Fill the page: Network").click()
    for _ in range(6):
        graph.get_by_role("button", name="Zoom in").click()
    for _ in range(25):  # as far to one side as it goes
        across(graph, pressed=True)
    assert inked(graph) > 0.05
    graph.keyboard.press("Escape")
    graph.wait_for_timeout(300)
    assert inked(graph) > 0.05


def test_digits_name_the_layers_that_the_list_shows(inside: Page) -> None:
    layers = inside.get_by_role("button", name=re.compile("^(conv|max pool|output|fc|linear)"))
    inside.locator("body").press("1")
    expect(layers.and_(inside.locator("[aria-pressed=true]"))).to_contain_text("conv1")


def test_space_is_the_page_s_after_a_click_and_a_control_s_after_tab(inside: Page) -> None:
    theme = inside.get_by_role("button", name=re.compile("theme|dark|light", re.IGNORECASE)).first
    root = inside.locator("html")
    before = root.get_attribute("data-theme")
    theme.click()
    clicked = root.get_attribute("data-theme")
    assert clicked != before
    inside.keyboard.press("Space")
    expect(inside.get_by_role("button", name="Pause", exact=True)).to_be_visible(timeout=SLOW)
    inside.keyboard.press("Space")
    expect(inside.get_by_text("Paused", exact=True)).to_be_visible(timeout=SLOW)
    assert root.get_attribute("data-theme") == clicked
    inside.keyboard.press("Shift+Tab")
    inside.keyboard.press("Tab")
    inside.keyboard.press("Space")
    expect(root).to_have_attribute("data-theme", before or "light")
    expect(inside.get_by_text("Paused", exact=True)).to_be_visible()


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
