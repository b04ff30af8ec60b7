"""Much to see at once: low screens, pinned views, figures of several steps."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.support.server import LanternServer

LOW, HIGH = {"width": 1280, "height": 720}, {"width": 1920, "height": 1080}
RESNET: dict[str, Any] = {
    "title": "ResNet on digits",
    "dataset": {"name": "digits"},
    "model": {"name": "resnet"},
    "training": {"batch_size": 32},
    "seed": 1,
}
OVERLAPS = """() => {
  const heads = [...document.querySelectorAll('[aria-label=Network] .head strong,'
    + '[aria-label=Network] .head span, [aria-label=Network] .head .block')]
    .filter((one) => one.textContent !== '' || one.matches('.block'));
  const boxes = heads.map((one) => one.getBoundingClientRect());
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 2
    && b.top < a.bottom - 2;
  return heads.flatMap((one, i) => heads.slice(i + 1).filter((_, j) => meet(boxes[i],
    boxes[i + 1 + j])).map((other) => `${one.textContent} / ${other.textContent}`));
}"""
CUT = """(where) => [...document.querySelectorAll(where)].filter((one) => {
  if (!one.matches('select')) return one.scrollWidth > one.clientWidth;
  const style = getComputedStyle(one);
  const ctx = document.createElement('canvas').getContext('2d');
  ctx.font = style.font;
  const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return ctx.measureText(one.selectedOptions[0].textContent).width > room - 4;
}).map((one) => one.textContent)"""
MOVES = """() => {
  const places = () => [...document.querySelectorAll('aside.right canvas')].map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return [x, y, width, height].join();
  }).join(' ');
  const told = [...document.querySelectorAll('.step-of')];
  const before = places();
  for (const one of told) one.style.display = 'none';
  const without = places();
  for (const one of told) one.style.display = '';
  return before !== without;
}"""


@pytest.fixture(scope="module")
def deep(server: LanternServer) -> Iterator[str]:
    created = server.create(RESNET, phase="paused")["id"]
    server.command(created, "run", steps=20, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def opened(page: Page, server: LanternServer, deep: str) -> Page:
    page.goto(f"{server.url}/#/s/{deep}")
    expect(page.get_by_role("region", name="Network").get_by_role("img").first).to_be_visible(
        timeout=30_000
    )
    expect(page.get_by_text("softmax", exact=True)).to_be_visible(timeout=20_000)
    return page


def test_nothing_is_cut_or_overlaps_on_a_low_screen(opened: Page) -> None:
    opened.set_viewport_size(LOW)
    opened.get_by_role("tab", name="Explain").click()
    expect(opened.get_by_role("group", name="Methods")).to_be_visible()
    opened.wait_for_timeout(500)
    assert opened.evaluate(OVERLAPS) == []
    assert opened.evaluate(CUT, ".methods .name") == []
    assert opened.evaluate(CUT, ".choices select") == []
    assert opened.evaluate(CUT, ".left header span") == []


@pytest.mark.parametrize("size", [HIGH, LOW], ids=["high", "low"])
def test_what_is_pinned_takes_no_view_away(opened: Page, size: dict[str, int]) -> None:
    opened.set_viewport_size(size)
    column = opened.get_by_role("complementary", name="What comes out")
    names = ["Prediction", "Confusion", *(["Embedding"] if size is HIGH else [])]
    before = column.get_by_role("heading").all_inner_texts()
    assert [name.upper() for name in names] == before
    opened.get_by_role("tab", name="Filters").click()
    panel = opened.get_by_role("tabpanel")
    panel.get_by_role("button", name=re.compile("^Pin: ")).first.click(force=True)
    pinned = column.locator(".pinned section").last
    expect(pinned).to_be_in_viewport(ratio=0.9)
    assert column.get_by_role("heading").all_inner_texts()[:-1] == before
    # As high as before, or at least so high that ten rows can be read.
    box = column.get_by_role("region", name="Confusion").bounding_box()
    assert box
    assert box["height"] > 10 * 12
    pinned.get_by_role("button", name=re.compile("^Pin: ")).click()
    expect(column.locator(".pinned section")).to_have_count(0)


def test_a_figure_says_its_step_while_it_lags_and_moves_nothing(
    server: LanternServer, opened: Page, deep: str
) -> None:
    server.command(deep, "run")
    told = opened.locator("aside.right .step-of")
    expect(told.first).to_be_visible(timeout=60_000)
    expect(told.first).to_have_text(re.compile(r"^\s*step [\d\u202f]+\s*$"))
    assert not opened.evaluate(MOVES)
    server.command(deep, "pause")
    expect(told).to_have_count(0, timeout=60_000)
