"""Predictions and statistics of a network on images: the pictures of a cell, layers over time."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.server import DIGITS, LanternServer, wait_until


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(DIGITS, phase="paused")["id"]
    server.command(created, "run", steps=12, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def opened(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    return page


def look(server: LanternServer, session: str, inspector: str, **params: object) -> dict[str, Any]:
    asked = {"inspector": inspector, "params": params}
    return server.request("POST", f"/sessions/{session}/inspect", json=asked)


def click_cell(page: Page, matrix: Any, row: int, column: int) -> None:
    """Click the middle of a cell of a matrix of ten classes with labels `0` to `9`."""
    box = matrix.bounding_box()
    assert box
    left = min(box["width"] * 0.3, 17.5)
    x = left + (column + 0.5) * (box["width"] - left) / 10
    y = (row + 0.5) * (box["height"] - 18) / 10
    page.mouse.click(box["x"] + x, box["y"] + y)


@pytest.fixture
def worst(server: LanternServer, session: str) -> tuple[int, int, int]:
    """True class, class said and count of the fullest cell beside the diagonal."""
    matrix = look(server, session, "confusion")["figures"][0]["values"]
    cells = [(row, column) for row in range(10) for column in range(10) if row != column]
    row, column = max(cells, key=lambda cell: matrix[cell[0]][cell[1]])
    return row, column, matrix[row][column]


def pictures(page: Page) -> list[str]:
    wall = page.get_by_role("region", name="Pictures")
    buttons = wall.get_by_role("button", name=re.compile("^Look at"))
    return [each.get_attribute("aria-label") or "" for each in buttons.all()]


def test_a_cell_shows_its_own_pictures_and_one_becomes_the_input(
    server: LanternServer, opened: Page, session: str, worst: tuple[int, int, int]
) -> None:
    truth, said, count = worst
    panel = opened.get_by_role("region", name="Confusion").get_by_role("img")
    expect(panel).to_be_visible(timeout=30_000)
    click_cell(opened, panel, truth, said)
    wall = opened.get_by_role("region", name="Pictures")
    expect(wall.get_by_text(f"{truth} taken for {said}")).to_be_visible(timeout=30_000)
    wait_until(lambda: len(pictures(opened)) == min(count, 40))
    assert all(label.startswith(f"Look at {truth} → {said}:") for label in pictures(opened))
    wall.get_by_role("button", name=re.compile("^Look at")).first.click()
    found = look(server, session, "ranking", by="loss", true_class=truth, predicted_class=said)
    first = found["figures"][0]["samples"][0]

    def shown() -> bool:
        slots = server.request("GET", f"/sessions/{session}/inputs")["slots"]
        return slots.get("0", {}).get("index") == first

    wait_until(shown)


def test_the_tab_has_scores_and_another_cell_without_a_mouse(
    opened: Page, worst: tuple[int, int, int]
) -> None:
    truth, said, count = worst
    opened.get_by_role("tab", name="Predictions").click()
    panel = opened.get_by_role("tabpanel", name="Predictions")
    expect(panel.get_by_role("columnheader", name="precision")).to_be_visible(timeout=30_000)
    assert panel.get_by_role("row").count() == 12
    expect(panel.get_by_text("Worst mistakes")).to_be_visible()
    panel.get_by_role("combobox", name="True class").select_option(str(truth))
    panel.get_by_role("combobox", name="Taken for").select_option(str(said))
    wait_until(lambda: len(pictures(opened)) == min(count, 40))
    assert all(label.startswith(f"Look at {truth} → {said}:") for label in pictures(opened))


def test_judging_is_cancelled_and_goes_on_when_asked(
    server: LanternServer, opened: Page, session: str
) -> None:
    opened.get_by_role("tab", name="Predictions").click()
    panel = opened.get_by_role("tabpanel", name="Predictions")
    server.command(session, "run")
    cancel = panel.get_by_role("button", name="Cancel", exact=True)
    go_on = panel.get_by_role("button", name="Go on")
    for count in (1, 2):
        cancel.first.click(timeout=30_000)
        expect(go_on).to_have_count(count)
    # While training runs both would begin again by themselves.
    opened.wait_for_timeout(1500)
    expect(cancel).to_have_count(0)
    go_on.first.click()
    expect(cancel).to_have_count(1, timeout=30_000)
    server.command(session, "pause")


def test_a_view_that_is_computed_once_is_computed_again_when_asked(
    server: LanternServer, opened: Page, session: str
) -> None:
    opened.get_by_role("tab", name="Patches").click()
    panel = opened.get_by_role("tabpanel", name="Patches")
    expect(panel.get_by_role("button", name="step 12", exact=True)).to_be_visible(timeout=30_000)
    server.command(session, "run", steps=3, wait_s=60)
    panel.get_by_role("button", name="step 12 · again").click()
    expect(panel.get_by_role("button", name="step 15", exact=True)).to_be_visible(timeout=30_000)


def test_statistics_are_kept_while_their_tab_is_closed(
    server: LanternServer, opened: Page, session: str
) -> None:
    opened.get_by_role("tab", name="Statistics").click()
    panel = opened.get_by_role("tabpanel", name="Statistics")
    since = panel.get_by_text("since step 12")
    expect(since).to_be_visible(timeout=30_000)
    server.command(session, "run", steps=3, wait_s=60)
    picture = panel.get_by_role("img", name="activations, 5 layers over the steps")
    expect(picture).to_be_visible(timeout=30_000)
    opened.get_by_role("tab", name="Filters").click()
    server.command(session, "run", steps=3, wait_s=60)
    opened.get_by_role("tab", name="Statistics").click()
    expect(since).to_be_visible()
    for name in ["mean ± deviation", "gradients", "weights"]:
        panel.get_by_role("button", name=name, exact=True).click()
        expect(panel.get_by_text("since step")).to_be_visible(timeout=30_000)
    panel.get_by_role("button", name="mean ± deviation").click()
    expect(panel.get_by_role("group", name="mean of 5 layers over the steps")).to_be_visible()
    panel.get_by_role("button", name="conv1").click()
    expect(panel.get_by_role("group", name="mean of 4 layers over the steps")).to_be_visible()
