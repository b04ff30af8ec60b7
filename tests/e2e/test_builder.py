"""A network put together in the page, while another one trains."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.support.server import LanternServer

DIGITS = {
    "dataset": {"name": "digits"},
    "model": {"name": "small_cnn", "params": {"channels": [8, 16, 24]}},
    "seed": 1,
}


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(DIGITS, phase="paused")["id"]
    server.command(created, "run", steps=40, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def builder(page: Page, server: LanternServer, session: str) -> Locator:
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("button", name="Build from layers").click()
    found = page.get_by_role("dialog", name="Build the model")
    expect(found.get_by_role("article", name="conv1")).to_be_visible(timeout=30_000)
    expect(found.get_by_text("parameters ·")).to_be_visible(timeout=30_000)
    return found


def names(builder: Locator) -> list[str]:
    return [text.split()[-1] for text in builder.get_by_role("heading", level=3).all_inner_texts()]


def test_a_conv_that_does_not_fit_is_mended_and_training_goes_on(
    server: LanternServer, builder: Locator, session: str
) -> None:
    row = builder.get_by_role("article", name="relu3")
    row.get_by_role("combobox").focus()
    builder.get_by_role("button", name="Add Conv").click()
    kernel = builder.get_by_role("spinbutton", name="Kernel of conv4")
    builder.get_by_role("combobox", name="Padding of conv4").select_option("valid")
    kernel.fill("5")
    problem = builder.get_by_role("article", name="conv4").get_by_role("alert")
    expect(problem).to_contain_text(
        "Layer 9 (conv 5x5, 16 channels): its input is 2x2, which is smaller than its window of "
        "5x5."
    )
    keep = builder.get_by_role("button", name="Apply, keep weights that fit")
    expect(keep).to_be_disabled()
    kernel.fill("2")
    expect(problem).to_be_hidden()
    expect(builder.get_by_role("article", name="conv4")).to_contain_text("16 × 1 × 1")
    keep.click()
    expect(builder.get_by_role("status")).to_contain_text("Weights that fit were kept")
    info = server.request("GET", f"/sessions/{session}")
    assert (info["run"], info["step"]) == (1, 40)
    assert [layer["name"] for layer in info["experiment"]["model"]["params"]["layers"]] == [
        *("conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "conv3", "relu3", "conv4"),
        *("flatten", "fc1", "relu4", "dropout"),
    ]
    server.command(session, "run", steps=20, wait_s=60)
    after = server.request("GET", f"/sessions/{session}")
    assert (after["run"], after["step"]) == (1, 60)


def test_layers_are_moved_copied_and_taken_away_and_all_of_it_undone(builder: Locator) -> None:
    before = names(builder)
    builder.get_by_role("button", name="Move relu1 down").click()
    assert names(builder)[1:3] == ["pool1", "relu1"]
    builder.page.keyboard.press("Alt+ArrowUp")
    assert names(builder) == before
    grip = builder.get_by_role("article", name="conv2").locator("[draggable]")
    grip.drag_to(builder.get_by_role("article", name="conv1"), target_position={"x": 40, "y": 4})
    assert names(builder)[:2] == ["conv2", "conv1"]
    builder.get_by_role("button", name="Duplicate conv1").click()
    assert names(builder)[:3] == ["conv2", "conv1", "conv4"]
    builder.get_by_role("button", name="Remove conv2").click()
    assert names(builder)[:2] == ["conv1", "conv4"]
    for _ in range(5):
        builder.get_by_role("button", name="Undo").click()
    assert names(builder) == before
    expect(builder.get_by_role("button", name="Undo")).to_be_disabled()


def test_a_new_run_begins_at_the_first_step_with_the_network_that_was_built(
    server: LanternServer, builder: Locator, session: str
) -> None:
    builder.get_by_role("button", name="Remove dropout").click()
    builder.get_by_role("button", name="Add Residual").click()
    problem = builder.get_by_role("article", name="block1").get_by_role("alert")
    expect(problem).to_contain_text("it takes maps, but a row of 64 numbers comes in.")
    builder.page.keyboard.press("Escape")
    expect(builder).to_be_hidden()
    builder.page.get_by_role("button", name="Build from layers").click()
    builder.get_by_role("button", name="Apply as new run").click()
    expect(builder.get_by_role("status")).to_contain_text("Applied as a new run")
    info = server.request("GET", f"/sessions/{session}")
    assert info["run"] == 2
    assert info["experiment"]["model"]["name"] == "sequential"


def test_a_model_with_branches_says_so_and_offers_a_small_network(
    server: LanternServer, page: Page
) -> None:
    experiment = DIGITS | {"model": {"name": "resnet_cifar"}}
    session = server.create(experiment, phase="paused")["id"]
    page.goto(f"{server.url}/#/s/{session}")
    page.get_by_role("button", name="Build from layers").click(timeout=60_000)
    builder = page.get_by_role("dialog", name="Build the model")
    expect(builder.get_by_role("alert")).to_contain_text("cannot be edited as a list of layers")
    builder.get_by_role("button", name="Begin with a small network").click()
    expect(builder.get_by_role("article", name="conv1")).to_be_visible(timeout=30_000)
    server.request("DELETE", f"/sessions/{session}")
