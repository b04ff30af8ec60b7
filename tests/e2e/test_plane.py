"""The small network in the plane, as a user meets it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.server import SPIRAL, LanternServer, wait_until


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(SPIRAL)["id"]
    yield created
    server.request("DELETE", f"/sessions/{created}")


def info(server: LanternServer, session: str) -> dict[str, Any]:
    return server.request("GET", f"/sessions/{session}")


def opened(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("button", name="hidden 1, neuron 1").first).to_be_visible(
        timeout=30_000
    )
    return page


def test_neurons_and_layers_are_added_and_removed_on_the_stage(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session)
    page.get_by_role("button", name="hidden 1: one neuron more").click()
    wait_until(lambda: info(server, session)["experiment"]["model"]["params"]["layers"][0] == 7)
    expect(page.get_by_role("button", name="hidden 1, neuron 7").first).to_be_visible()
    page.get_by_role("button", name="One hidden layer more").click()
    wait_until(lambda: len(info(server, session)["experiment"]["model"]["params"]["layers"]) == 4)
    page.get_by_role("button", name="One hidden layer fewer").click()
    wait_until(lambda: len(info(server, session)["experiment"]["model"]["params"]["layers"]) == 3)
    now = info(server, session)
    assert (now["phase"], now["run"]) == ("running", 4)


def test_a_second_browser_sees_the_same_and_a_reload_loses_nothing(
    server: LanternServer, page: Page, session: str, browser: Browser
) -> None:
    opened(page, server, session)
    other = browser.new_context().new_page()
    opened(other, server, session)
    expect(page.get_by_text("2 watching")).to_be_visible()
    page.get_by_role("textbox", name="Learning rate, as a number").fill("0.007")
    page.keyboard.press("Enter")
    number = other.get_by_role("textbox", name="Learning rate, as a number")
    expect(number).to_have_value("7e-3")
    page.get_by_role("button", name="Pause").click()
    expect(other.get_by_role("button", name="Run")).to_be_visible()
    other.reload()
    expect(number).to_have_value("7e-3")
    shown = page.get_by_role("img", name="Network of").get_attribute("aria-label")
    expect(other.get_by_role("img", name="Network of")).to_have_attribute("aria-label", shown or "")
    rows = server.request("GET", f"/sessions/{session}/metrics")["steps"]
    assert rows[:5] == [0, 1, 2, 3, 4]
    other.context.close()


def test_stages_batches_and_epochs_are_stepped_with_the_keyboard(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session)
    page.locator("body").press("Space")
    wait_until(lambda: info(server, session)["phase"] == "paused")
    before = info(server, session)
    page.locator("body").press(".")
    wait_until(lambda: info(server, session)["step"] == before["step"] + 1)
    middle = info(server, session)
    page.locator("body").press("Shift+.")
    wait_until(lambda: info(server, session)["epoch"] == int(middle["epoch"]) + 1)
    for stage in ("forward", "loss", "backward"):
        page.get_by_role("button", name="Step by").click()
        page.get_by_role("button", name="One stage").click()
        expect(page.get_by_role("banner").get_by_text(stage)).to_be_visible()


def test_a_weight_is_changed_by_hand(server: LanternServer, page: Page, session: str) -> None:
    server.command(session, "pause", wait_s=5)
    opened(page, server, session)
    page.get_by_role("button", name="Bias of hidden 1, neuron 2").click()
    field = page.get_by_role("dialog").get_by_role("spinbutton")
    field.fill("1.25")
    field.press("Enter")
    edits = wait_until(lambda: info(server, session)["edits"])
    assert edits[-1]["action"] == {
        "type": "set_weight",
        "parameter": "hidden1.bias",
        "index": [1],
        "value": 1.25,
    }


def test_a_neuron_is_frozen_and_switched_off_from_its_card(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session)
    page.get_by_role("button", name="hidden 1, neuron 2").first.press("Enter")
    card = page.get_by_role("group", name="hidden 1, neuron 2, pinned")
    card.get_by_role("button", name="Freeze", exact=True).press("Enter")
    card.get_by_role("button", name="Disable").click()
    expect(
        page.get_by_role("button", name="hidden 1, neuron 2, frozen, disabled").first
    ).to_be_visible()
    now = info(server, session)["experiment"]
    assert now["training"]["frozen"] == ["hidden1:1"]
    assert now["model"]["params"]["disabled"] == ["hidden1:1"]
    assert info(server, session)["run"] == 1
    card.get_by_role("button", name="Re-initialise layer").click()
    wait_until(lambda: info(server, session)["edits"][-1]["action"]["type"] == "reinitialise")


def test_weights_are_kept_when_the_architecture_changes(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session)
    wait_until(lambda: info(server, session)["step"] > 50)
    page.get_by_role("checkbox", name="Keep weights").check()
    page.get_by_role("combobox", name="Activation of hidden 2").select_option("relu")
    wait_until(lambda: info(server, session)["edits"])
    page.get_by_role("button", name="hidden 1: one neuron more").click()
    wait_until(lambda: info(server, session)["experiment"]["model"]["params"]["layers"][0] == 7)
    now = info(server, session)
    assert now["experiment"]["model"]["params"]["activations"] == ["tanh", "relu"]
    assert [edit["action"]["type"] for edit in now["edits"]] == ["reshape", "reshape"]
    assert (now["run"], now["step"] > 50) == (1, True)


def test_a_weight_is_changed_in_the_matrix(server: LanternServer, page: Page, session: str) -> None:
    server.command(session, "pause", wait_s=5)
    opened(page, server, session)
    page.get_by_role("button", name="Matrix", exact=True).click()
    matrix = page.get_by_role("button", name="Weights from hidden 1 to hidden 2")
    matrix.press("ArrowRight")
    matrix.press("ArrowDown")
    matrix.press("Enter")
    field = page.get_by_role("dialog").get_by_role("spinbutton")
    field.fill("-2")
    field.press("Enter")
    edits = wait_until(lambda: info(server, session)["edits"])
    assert edits[-1]["action"]["parameter"] == "hidden2.weight"
    assert (edits[-1]["action"]["index"], edits[-1]["action"]["value"]) == ([1, 1], -2)


def test_a_bad_value_is_refused_beside_its_field(
    server: LanternServer, page: Page, session: str
) -> None:
    opened(page, server, session)
    field = page.get_by_role("textbox", name="Learning rate, as a number")
    for bad in ("-1", "1000", "NaN", "abc"):
        field.fill(bad)
        field.press("Enter")
        expect(field).to_have_attribute("aria-invalid", "true")
    assert info(server, session)["experiment"]["optimizer"]["params"]["learning_rate"] == 0.02


def test_the_past_is_shown_and_left_again(server: LanternServer, page: Page, session: str) -> None:
    server.command(session, "pause", wait_s=5)
    opened(page, server, session)
    expect(page.get_by_text("live").first).to_be_visible()
    page.locator("body").press("[")
    page.locator("body").press("[")
    expect(page.get_by_role("button", name="live")).to_be_visible()
    page.get_by_role("button", name="live").click()


def test_a_copied_link_opens_the_same_run(
    server: LanternServer, page: Page, session: str, browser: Browser
) -> None:
    server.command(session, "pause", wait_s=5)
    opened(page, server, session)
    page.get_by_role("button", name="Share").click()
    link = page.get_by_role("textbox", name="Link that reproduces it").input_value()
    other = browser.new_context().new_page()
    other.goto(link)
    other.wait_for_url("**/#/s/*", timeout=30_000)
    copy = other.url.rsplit("/", 1)[1]
    step = info(server, session)["step"]
    wait_until(lambda: info(server, copy)["step"] >= step, 60)
    assert info(server, copy)["base"] == info(server, session)["base"]
    other.context.close()
    server.request("DELETE", f"/sessions/{copy}")
