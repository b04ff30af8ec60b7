"""Why it decided so: inputs down, methods across, and how far each map can be trusted."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.e2e.test_pages import AXE
from tests.support.server import LanternServer

SMALL_CNN = {
    "title": "Small CNN on digits",
    "dataset": {"name": "digits"},
    "model": {"name": "small_cnn"},
    "seed": 1,
}
SLOW = 30_000


@pytest.fixture(scope="module")
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(SMALL_CNN, phase="paused")["id"]
    server.command(created, "run", steps=120, wait_s=60)
    server.command(created, "set_input", slot=1, input={"type": "sample", "index": 5})
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def explain(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("tab", name="Explain").click(timeout=SLOW)
    expect(page.get_by_role("grid")).to_be_visible(timeout=SLOW)
    return page


def map_of(page: Page, slot: int, column: str) -> Locator:
    """The map in one cell of the grid."""
    return page.locator(f"[data-place='{slot}:{column}']")


def violations(page: Page) -> list[str]:
    """What axe finds in the tab, one line each."""
    page.evaluate(AXE.read_text())
    run = "() => axe.run('[role=tabpanel]', { resultTypes: ['violations'] })"
    found = page.evaluate(run)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def test_methods_stand_side_by_side_for_every_pinned_input(explain: Page) -> None:
    for slot in (0, 1):
        for column in ("saliency", "integrated_gradients", "grad_cam", "occlusion"):
            expect(map_of(explain, slot, column).locator("canvas")).to_be_visible(timeout=SLOW)
    expect(explain.get_by_role("rowheader")).to_have_count(2)
    gap = explain.get_by_role("button", name=re.compile(r"^gap .* %: Completeness gap")).first
    expect(gap).to_be_visible()
    gap.hover()
    expect(explain.get_by_text("misses the change of the class's score").first).to_be_visible()


def test_a_method_is_added_twice_to_compare_two_layers(explain: Page) -> None:
    explain.get_by_role("columnheader").filter(has_text="Grad-CAM").hover()
    explain.get_by_role("button", name="Duplicate Grad-CAM").click()
    map_of(explain, 0, "grad_cam").click()
    layer = explain.get_by_role("slider", name="Layer")
    layer.focus()
    before = layer.get_attribute("aria-valuetext")
    layer.press("ArrowLeft")
    expect(layer).not_to_have_attribute("aria-valuetext", before or "")
    headings = explain.get_by_role("columnheader").filter(has_text="Grad-CAM")
    expect(headings).to_have_count(2)
    assert headings.nth(0).inner_text() != headings.nth(1).inner_text()


def test_a_class_is_chosen_and_a_scale_is_shared(explain: Page) -> None:
    explain.get_by_label("class", exact=True).select_option("3")
    saliency = map_of(explain, 1, "saliency")
    expect(saliency).to_have_attribute("aria-label", re.compile("for class 3,"), timeout=SLOW)
    explain.get_by_label("class", exact=True).select_option("true")
    expect(saliency).to_have_attribute("aria-label", re.compile("for class "), timeout=SLOW)
    ranges = explain.get_by_title("The range of the colours")
    expect(ranges).to_have_count(8, timeout=SLOW)
    explain.get_by_label("scale", exact=True).select_option("all")
    numbers = [re.sub(r"[^\d.e−]+", "", text.split("…")[-1]) for text in ranges.all_inner_texts()]
    assert len(numbers) == 8
    assert len(set(numbers)) == 1


def test_arrows_walk_the_grid_enter_enlarges_and_escape_comes_back(explain: Page) -> None:
    start = map_of(explain, 0, "saliency")
    start.click()
    start.press("ArrowRight")
    expect(map_of(explain, 0, "integrated_gradients")).to_be_focused()
    explain.keyboard.press("ArrowDown")
    there = map_of(explain, 1, "integrated_gradients")
    expect(there).to_be_focused()
    explain.keyboard.press("Enter")
    about = explain.get_by_role("complementary", name="About Integrated gradients")
    expect(about.get_by_text("target logit")).to_be_visible()
    with explain.expect_download() as saved:
        about.get_by_role("button", name="Download npz").click()
    assert saved.value.suggested_filename == "integrated_gradients-slot-1.npz"
    explain.get_by_role("button", name="Back (Esc)").press("Escape")
    expect(there).to_be_focused()


def test_a_costly_method_is_computed_once_and_can_be_cancelled(
    explain: Page, server: LanternServer, session: str
) -> None:
    # While it trains, looking has a small share of the time: there is enough to cancel.
    server.command(session, "run")
    explain.get_by_role("button", name="KernelSHAP").click()
    samples = explain.get_by_role("textbox", name="Samples, as a number")
    samples.fill("5000")
    samples.press("Enter")
    again = explain.get_by_role("button", name=re.compile("compute KernelSHAP"))
    explain.get_by_role("button", name=re.compile("^Cancel KernelSHAP.*input 0")).click()
    expect(again.first).to_be_visible()
    server.command(session, "pause")
    samples.fill("100")
    samples.press("Enter")
    expect(map_of(explain, 1, "kernel_shap").locator("canvas")).to_be_visible(timeout=SLOW)
    expect(explain.get_by_role("progressbar")).to_have_count(0, timeout=SLOW)
    expect(again).to_have_count(0)


def test_while_paused_a_costly_map_follows_a_single_step_to_its_end(
    explain: Page, server: LanternServer, session: str
) -> None:
    explain.get_by_role("button", name="KernelSHAP").click()
    samples = explain.get_by_role("textbox", name="Samples, as a number")
    samples.fill("2000")
    samples.press("Enter")
    working = explain.get_by_role("grid").get_by_role("progressbar")
    again = explain.get_by_role("button", name=re.compile("compute .* again"))
    step = 0
    for _ in range(2):
        for column in ("occlusion", "kernel_shap"):
            expect(map_of(explain, 1, column).locator("canvas")).to_be_visible(timeout=SLOW)
        expect(working).to_have_count(0, timeout=SLOW)
        expect(again).to_have_count(0)
        step = server.request("GET", f"/sessions/{session}")["step"]
        explain.get_by_role("button", name="One batch").click()
        expect(explain.get_by_text(f"step {step + 1}").first).to_be_visible(timeout=SLOW)
        expect(again.or_(working)).to_have_count(0, timeout=SLOW)
    map_of(explain, 1, "kernel_shap").click()
    map_of(explain, 1, "kernel_shap").press("Enter")
    about = explain.get_by_role("complementary", name="About KernelSHAP")
    expect(about.get_by_role("definition").filter(has_text=f"{step + 1}").first).to_be_visible()


def test_methods_that_do_not_fit_a_network_say_why(page: Page, server: LanternServer) -> None:
    wanted = {**SMALL_CNN, "title": "Multilayer perceptron", "model": {"name": "mlp"}}
    created = server.create(wanted, phase="paused")["id"]
    try:
        page.goto(f"{server.url}/#/s/{created}")
        page.get_by_role("tab", name="Explain").click(timeout=SLOW)
        cam = page.get_by_role("button", name="Grad-CAM", exact=True)
        expect(cam).to_be_disabled(timeout=SLOW)
        expect(cam).to_have_accessible_description(re.compile("it has none"))
        assert violations(page) == []
    finally:
        server.request("DELETE", f"/sessions/{created}")


def test_a_refusal_names_no_field(explain: Page) -> None:
    explain.get_by_role("button", name="CAM", exact=True).click()
    refusal = explain.get_by_text(re.compile("^CAM needs global average pooling")).first
    expect(refusal).to_be_visible(timeout=SLOW)


def test_a_sanity_check_runs_to_the_first_layer(explain: Page) -> None:
    explain.get_by_role("tab", name="Sanity check").click()
    explain.get_by_role("button", name="Check all").click()
    row = explain.get_by_role("group", name="Saliency")
    expect(row.get_by_role("img", name="Saliency, as trained")).to_be_visible(timeout=SLOW)
    expect(row.get_by_role("img", name="Saliency, to conv1")).to_be_visible(timeout=SLOW)
    expect(row.get_by_role("progressbar")).to_have_count(0, timeout=SLOW)
    expect(explain.get_by_text("structural similarity")).to_be_visible()
    assert violations(explain) == []


def test_deletion_curves_say_their_areas(explain: Page) -> None:
    explain.get_by_role("tab", name="Deletion").click()
    explain.get_by_role("button", name="Measure").click()
    expect(explain.get_by_text(re.compile(r"^Saliency 0\.\d\d$")).first).to_be_visible(timeout=SLOW)
    expect(explain.get_by_text(re.compile(r"^random order 0\.\d\d$"))).to_have_count(2)
    assert violations(explain) == []


def test_a_window_covers_the_input_by_hand(explain: Page) -> None:
    map_of(explain, 0, "").click()
    window = explain.get_by_role("slider", name=re.compile("^The window that covers"))
    expect(window).to_be_focused()
    loses = explain.get_by_text("it loses", exact=True)
    expect(loses).to_be_visible(timeout=SLOW)
    number = explain.locator("dd.loss")
    before = number.inner_text()
    box = window.bounding_box()
    assert box
    explain.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    explain.mouse.down()
    explain.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2, steps=5)
    explain.mouse.up()
    expect(number).not_to_have_text(before, timeout=SLOW)
    assert violations(explain) == []


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_grid_fits_the_screen(explain: Page, size: tuple[int, int]) -> None:
    explain.set_viewport_size({"width": size[0], "height": size[1]})
    last = map_of(explain, 1, "occlusion")
    expect(last.locator("canvas")).to_be_visible(timeout=SLOW)
    explain.wait_for_timeout(500)
    room = explain.locator(".scroll").filter(has=explain.get_by_role("grid")).bounding_box()
    box = last.bounding_box()
    assert room
    assert box
    assert box["x"] + box["width"] <= room["x"] + room["width"] + 1
    assert box["y"] + box["height"] <= room["y"] + room["height"] + 1
    assert violations(explain) == []
