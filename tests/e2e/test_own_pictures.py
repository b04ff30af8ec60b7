"""Own pictures on the page: an archive is sent, learnt from, seen before and after, and deleted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.lab.pictures import SVG, plain, write_zip
from tests.support.server import LanternServer

EXPERIMENT = {
    "dataset": {"name": "glyphs", "params": {"samples": 400}},
    "model": {"name": "small_cnn"},
    "augmentation": {"name": "flip", "params": {"chance": 1.0}},
    "training": {"batch_size": 16},
}
COLOURS = {"sea": (20, 60, 200), "wood": (30, 160, 60), "sand": (220, 190, 120)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanternServer]:
    """A server with a data folder of its own, since uploads stay there; a set lies in it."""
    home = tmp_path_factory.mktemp("own-pictures")
    (home / "data").mkdir()
    files = {f"{n}/{at}.png": plain(COLOURS[n]) for n in ("sea", "wood") for at in range(10)}
    write_zip(home / "data" / "two.zip", files)
    with LanternServer(home, data=home / "data") as running:
        yield running


@pytest.fixture
def opened(page: Page, server: LanternServer) -> Iterator[Page]:
    created = server.create(EXPERIMENT, phase="paused")["id"]
    page.goto(f"{server.url}/#/s/{created}")
    expect(page.get_by_role("heading", name="Data")).to_be_visible(timeout=30_000)
    yield page
    server.request("DELETE", f"/sessions/{created}")


def choose_file(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload zip").click()
    chooser.value.set_files(path)


def test_an_archive_is_sent_learnt_from_and_deleted(opened: Page, tmp_path: Path) -> None:
    opened.get_by_label("Dataset", exact=True).select_option("folder")
    trap = write_zip(tmp_path / "trap.zip", {"a/1.png": SVG, "b/1.png": SVG})
    choose_file(opened, trap)
    expect(opened.get_by_text("2 of 2 pictures cannot be read")).to_be_visible(timeout=20_000)
    files = {
        f"{name}/{number}.png": plain(rgb, side=24 + number)
        for name, rgb in COLOURS.items()
        for number in range(20)
    }
    choose_file(opened, write_zip(tmp_path / "Nature (2).zip", files | {"sea/x.png": SVG}))
    expect(opened.get_by_text("48 + 12")).to_be_visible(timeout=60_000)
    expect(opened.get_by_text("1 picture is left out")).to_be_visible()
    chosen = opened.get_by_label("Pictures", exact=True)
    expect(chosen).to_have_value("uploads/Nature -2-.zip")
    names = opened.get_by_role("group", name="Pick the input from the validation data")
    expect(names.get_by_role("button", name="wood").first).to_be_visible(timeout=20_000)
    opened.get_by_text("Uploads: 1").click()
    delete = opened.get_by_role("button", name="Delete the upload Nature -2-")
    delete.click()
    expect(opened.get_by_text("A session still learns from it")).to_be_visible()
    chosen.select_option("two.zip")
    expect(opened.get_by_text("16 + 4")).to_be_visible(timeout=30_000)
    delete.click()
    expect(delete).to_have_count(0)
    expect(chosen.get_by_role("option", name="Nature -2-")).to_have_count(0)
    opened.get_by_label("Dataset", exact=True).select_option("digits")
    expect(opened.get_by_text(re.compile(r"\+ 359$"))).to_be_visible(timeout=30_000)


def test_pictures_are_shown_before_and_after_the_augmentation(opened: Page) -> None:
    opened.get_by_role("button", name="Before and after").click()
    dialog = opened.get_by_role("dialog", name="Before and after the augmentation")
    before = dialog.get_by_role("region", name="Before").get_by_role("img")
    after = dialog.get_by_role("region", name="After").get_by_role("img")
    expect(before).to_be_visible(timeout=20_000)
    expect(after).to_be_visible()
    dialog.get_by_label("Augment", exact=True).select_option("noise")
    name = dialog.get_by_role("img", name="After the augmentation Noise")
    expect(name).to_be_visible(timeout=20_000)
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_have_count(0)
