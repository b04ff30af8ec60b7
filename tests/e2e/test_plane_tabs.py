"""The tabs below the network in the plane: a step spelled out, norms, histograms, confusion."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.e2e.test_pages import violations
from tests.support.server import LanternServer, wait_until

CIRCLE: dict[str, Any] = {
    "title": "A circle",
    "dataset": {"name": "circle"},
    "model": {"name": "mlp", "params": {"layers": [3, 2]}},
    "loss": {"name": "squared"},
    "optimizer": {"name": "sgd", "params": {"learning_rate": 0.1}},
    "training": {"batch_size": 10, "l2": 0.01},
    "seed": 3,
}
WEIGHT, NEXT = 1, 4
"""Columns of the table of inputs: the weight now, and as it will be."""


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(CIRCLE, phase="paused")["id"]
    server.command(created, "run", steps=200, wait_s=30)
    yield created
    server.request("DELETE", f"/sessions/{created}")


def opened(page: Page, server: LanternServer, session: str, tab: str) -> None:
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("tab", name=tab).click(timeout=30_000)


def column(page: Page, place: int) -> list[str]:
    rows = page.get_by_role("table", name="Inputs of the neuron").locator("tbody tr")
    expect(rows.first).to_be_visible(timeout=20_000)
    return [text.strip() for text in rows.locator(f"td:nth-of-type({place + 1})").all_inner_texts()]


def stage(page: Page, name: str) -> Locator:
    bar = page.get_by_role("toolbar", name="Stages of a training step")
    return bar.get_by_role("button", name=name, exact=True)


def test_the_network_keeps_the_stage_until_a_tab_is_opened(
    server: LanternServer, page: Page, session: str
) -> None:
    page.goto(f"{server.url}/#/s/{session}")
    strip = page.get_by_role("tablist", name="Ways of looking inside")
    expect(strip).to_be_visible(timeout=30_000)
    assert strip.get_by_role("tab").all_inner_texts() == [
        "Step",
        "Histograms",
        "Gradients",
        "Neuron space",
        "Loss surface",
        "Race",
        "Confusion",
    ]
    expect(page.get_by_role("tabpanel")).to_be_hidden()
    strip.get_by_role("tab", name="Step").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Histograms")).to_be_visible()
    page.get_by_role("button", name="Ways of looking inside", exact=True).click()
    expect(page.get_by_role("tabpanel")).to_be_hidden()


def test_the_run_walks_through_a_step_and_makes_the_weights_that_were_foretold(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session, "Step")
    page.get_by_role("button", name="next batch").click()
    expect(page.get_by_text("mean of the batch of 10")).to_be_visible(timeout=20_000)
    for name in ("forward", "loss", "backward"):
        stage(page, name).click()
        expect(stage(page, name)).to_have_attribute("aria-current", "step")
        wait_until(lambda: server.request("GET", f"/sessions/{session}")["phase"] == "paused")
    assert server.request("GET", f"/sessions/{session}")["step"] == 200
    foretold = column(page, NEXT)
    stage(page, "backward").press("ArrowRight")
    expect(stage(page, "update")).to_have_attribute("aria-current", "step")
    wait_until(lambda: server.request("GET", f"/sessions/{session}")["step"] == 201)
    expect(page.get_by_role("heading", name="step 200")).to_be_visible()
    assert column(page, NEXT) == foretold
    stage(page, "Next").click()
    expect(page.get_by_role("heading", name="step 201")).to_be_visible()
    assert column(page, WEIGHT) == foretold


def test_the_neuron_pointed_at_and_the_sample_chosen_are_spelled_out(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session, "Step")
    page.get_by_role("button", name="hidden 2, neuron 2").first.hover()
    heading = page.get_by_role("heading", name="hidden 2, neuron 2 · step 200")
    expect(heading).to_be_visible(timeout=20_000)
    page.mouse.move(5, 5)
    expect(heading).to_be_visible()
    stage(page, "backward").click()
    equations = page.get_by_role("region", name="The four equations of backpropagation")
    used = equations.locator("[aria-current=step]")
    assert [text[:3] for text in used.all_inner_texts()] == ["BP2", "BP3", "BP4"]
    page.get_by_role("combobox", name="Layer of the neuron").select_option("output")
    expect(page.get_by_role("heading", name="output, neuron 1 · step 200")).to_be_visible()
    expect(used.first).to_contain_text("BP1")
    before = column(page, 0)
    page.get_by_role("spinbutton", name="Sample").fill("17")
    page.keyboard.press("Enter")
    wait_until(lambda: column(page, 0) != before)
    assert server.request("GET", f"/sessions/{session}")["step"] == 200


def test_norms_gather_lines_while_they_are_watched(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session, "Gradients")
    table = page.get_by_role("table", name="Norms of every layer now")
    expect(table.get_by_role("row")).to_have_count(4, timeout=20_000)
    expect(page.get_by_text("since it was opened, step 200")).to_be_visible()
    server.command(session, "run", steps=50, wait_s=30)
    expect(page.get_by_role("img", name="gradient of every layer")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="saturated").click()
    expect(page.get_by_role("img", name="saturated of every layer")).to_be_visible()


def test_confusion_has_scores_and_regression_has_true_values(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session, "Confusion")
    scores = page.get_by_role("table", name="Precision, recall and F1")
    expect(scores.get_by_role("rowheader")).to_have_text(["orange", "blue", "mean"], timeout=20_000)
    regression = CIRCLE | {"dataset": {"name": "plane"}, "task": {"name": "regression"}}
    other = server.create(regression, phase="paused")["id"]
    opened(page, server, other, "Predicted / true")
    expect(page.get_by_role("img", name="root mean square error")).to_be_visible(timeout=20_000)
    server.request("DELETE", f"/sessions/{other}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["Step", "Histograms", "Gradients", "Confusion"])
def test_axe_finds_nothing_in_the_tabs_of_the_plane(
    server: LanternServer, page: Page, session: str, tab: str, theme: str
) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.set_viewport_size({"width": 1280, "height": 720})
    opened(page, server, session, tab)
    if tab == "Step":
        stage(page, "backward").click()
    page.wait_for_timeout(2500)
    assert violations(page) == []
    tall = page.evaluate("document.scrollingElement.scrollHeight - innerHeight")
    wide = page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
    assert (tall, wide) == (0, 0)
