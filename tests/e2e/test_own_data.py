"""Own data as a user makes them: drawn while it trains, pasted, cleared, taken home."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.support.server import LanternServer, wait_until

CIRCLE = {
    "dataset": {"name": "circle", "params": {"samples": 100}},
    "model": {"name": "mlp", "params": {"layers": [4]}},
}
TABLE = """x1;x2;species
-2;1;setosa
3;0.5;virginica
0;-4;versicolor
1;2;setosa
"""


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(CIRCLE)["id"]
    # Slow, since it is the drawing that is looked at.
    server.command(created, "pace", steps_per_s=100)
    yield created
    server.request("DELETE", f"/sessions/{created}")


class Own:
    """One page on one session, and what the server has of it."""

    def __init__(self, server: LanternServer, page: Page, session: str) -> None:
        self.server, self.page, self.session = server, page, session
        page.goto(f"{server.url}/#/s/{session}")
        expect(page.get_by_role("button", name="Draw points")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("img", name="Map of the plane:")).to_be_visible(timeout=30_000)

    @property
    def info(self) -> dict[str, Any]:
        return self.server.request("GET", f"/sessions/{self.session}")

    @property
    def experiment(self) -> dict[str, Any]:
        return self.info["experiment"]

    @property
    def points(self) -> list[list[float]]:
        return self.experiment["dataset"]["params"].get("points", [])

    @property
    def plane(self) -> Locator:
        return self.page.get_by_role("application")

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a share of the plot lies on the page, from its middle, -1 to 1."""
        box = self.plane.bounding_box()
        assert box is not None
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        reach = min(box["width"], box["height"]) / 2.4
        return middle[0] + x * reach, middle[1] - y * reach


@pytest.fixture
def own(server: LanternServer, page: Page, session: str) -> Own:
    return Own(server, page, session)


def test_points_are_drawn_moved_erased_and_undone_while_it_trains(own: Own) -> None:
    page, before = own.page, own.info
    page.keyboard.press("d")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Class 2: blue")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.mouse.click(*own.at(0.95, 0.95))
    wait_until(lambda: len(own.points) == 101)
    assert own.experiment["dataset"]["name"] == "own"
    x1, x2, label = own.points[-1]
    assert x1 > 4.5
    assert x2 > 4.5
    assert label == 1
    expect(page.get_by_text("51 + 50 points")).to_be_visible()

    page.mouse.move(*own.at(0.95, 0.95))
    page.mouse.down()
    page.mouse.move(*own.at(0.95, -0.95), steps=4)
    page.mouse.up()
    wait_until(lambda: len(own.points) == 101 and own.points[-1][1] < -4.5)

    page.mouse.click(*own.at(0.95, -0.95), button="right")
    wait_until(lambda: len(own.points) == 100)
    page.keyboard.press("Control+z")
    wait_until(lambda: len(own.points) == 101)

    page.mouse.move(*own.at(-1, 0.98))
    page.mouse.down()
    page.mouse.move(*own.at(1, 0.98), steps=60)
    page.mouse.up()
    wait_until(lambda: len(own.points) > 110)
    drawn = len(own.points)
    assert drawn < 101 + 45  # thinned
    page.keyboard.press("Control+z")
    wait_until(lambda: len(own.points) == 101)
    after = own.info
    assert (after["run"], after["phase"]) == (before["run"], "running")
    assert after["step"] > before["step"]


def test_one_class_more_keeps_the_run_and_can_be_drawn(own: Own) -> None:
    page, run = own.page, own.info["run"]
    page.get_by_role("button", name="Draw points").click()
    page.get_by_role("button", name="One class more").click()
    wait_until(lambda: own.experiment["dataset"]["params"].get("classes") == 3)
    expect(page.get_by_role("button", name="Class 3: green")).to_have_attribute(
        "aria-pressed", "true", timeout=10_000
    )
    page.mouse.click(*own.at(-0.97, 0.97))
    wait_until(lambda: len(own.points) == 101 and own.points[-1][2] == 2)
    assert (own.info["run"], own.info["phase"]) == (run, "running")


def test_an_empty_plane_waits_for_enough_points(own: Own) -> None:
    page = own.page
    page.get_by_role("button", name="Clear all points").click()
    expect(page.get_by_text("at least 2 more to train on")).to_be_visible()
    own.plane.focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("at least 1 more to train on")).to_be_visible()
    page.keyboard.press("2")
    for key in ("ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    wait_until(lambda: own.points == [[0.25, 0.25, 0], [-0.25, 0.25, 1]])
    assert own.info["phase"] == "running"


def test_a_table_is_read_with_its_words_and_its_errors_name_the_line(own: Own) -> None:
    page = own.page
    page.get_by_role("button", name="Points from a table").click()
    text = page.get_by_role("textbox", name="Points as text")
    text.fill("x1,x2,label\n1,2,a\n3,oops,b")
    expect(page.get_by_role("alert")).to_have_text("Line 3: x2 is “oops”, which is not a number.")
    expect(page.get_by_role("button", name="Use these points")).to_be_disabled()
    text.fill(TABLE)
    dialog = page.get_by_role("dialog")
    for name in ("setosa", "virginica", "versicolor"):
        expect(dialog.get_by_text(name)).to_be_visible()
    page.get_by_role("button", name="Use these points").click()
    wait_until(lambda: own.points == [[-2, 1, 0], [3, 0.5, 1], [0, -4, 2], [1, 2, 0]])
    assert own.experiment["dataset"]["params"]["classes"] == 3
    expect(page.get_by_role("list", name="Classes")).to_be_visible()


def test_the_data_can_be_taken_home(own: Own) -> None:
    with own.page.expect_download() as download:
        own.page.get_by_role("button", name="Download the data").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "x1,x2,label,split"
    parts = [line.split(",")[3] for line in lines[1:]]
    assert (parts.count("train"), parts.count("validation")) == (50, 50)


def test_the_problem_changes_in_one_edit_and_values_can_be_drawn(own: Own) -> None:
    page, run = own.page, own.info["run"]
    page.get_by_role("button", name="Regression").click()
    wait_until(lambda: own.info["run"] == run + 1 and own.info["phase"] == "running")
    now = own.experiment
    names = now["task"]["name"], now["dataset"]["name"], now["loss"]["name"]
    assert names == ("regression", "plane", "squared")
    expect(page.get_by_role("img", name="Orange is")).to_be_visible()
    page.get_by_role("button", name="Draw points").click()
    page.get_by_role("slider", name="Value of new points").fill("-0.5")
    page.mouse.click(*own.at(0.98, 0.98))
    wait_until(lambda: own.experiment["dataset"]["name"] == "own")
    wait_until(lambda: own.points[-1][2] == -0.5)
    page.get_by_role("button", name="Classification").click()
    wait_until(lambda: own.experiment["task"]["name"] == "classification")
    assert {point[2] for point in own.points} == {0, 1}
