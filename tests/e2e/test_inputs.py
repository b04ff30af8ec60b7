"""Inputs from everywhere: drawn, uploaded, pasted, dropped, from the camera; several pinned."""

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from tests.support.browser import ARGUMENTS, system_chromium
from tests.support.server import DIGITS, LanternServer, wait_until

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
ARRIVE = """([kind, bytes, type]) => {
  const brought = new DataTransfer();
  brought.items.add(new File([new Uint8Array(bytes)], "picture", { type }));
  const how = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { ...how, clipboardData: brought })
    : new DragEvent("drop", { ...how, dataTransfer: brought });
  document.body.dispatchEvent(event);
}"""


def seven(size: tuple[int, int] = (300, 200)) -> bytes:
    """A dark seven on light paper, as PNG."""
    image = Image.new("RGB", size, (235, 232, 225))
    pen = ImageDraw.Draw(image)
    pen.line((110, 40, 190, 40), fill=(30, 30, 40), width=26)
    pen.line((186, 40, 140, 165), fill=(30, 30, 40), width=26)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def session(server: LanternServer) -> Iterator[str]:
    created = server.create(DIGITS, phase="paused")["id"]
    server.command(created, "run", steps=60, wait_s=60)
    yield created
    server.request("DELETE", f"/sessions/{created}")


@pytest.fixture
def opened(page: Page, server: LanternServer, session: str) -> Page:
    page.goto(f"{server.url}/#/s/{session}")
    expect(page.get_by_role("button", name="From: look at another input")).to_be_visible(
        timeout=30_000
    )
    return page


def slots(server: LanternServer, session: str) -> dict[str, Any]:
    return server.request("GET", f"/sessions/{session}/inputs")["slots"]


def kind_of(server: LanternServer, session: str, slot: str = "0") -> str | None:
    return slots(server, session).get(slot, {}).get("type")


def choose(page: Page, way: str) -> None:
    page.get_by_role("button", name="From: look at another input").click()
    page.get_by_role("button", name=way, exact=True).click()


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
def test_every_way_to_bring_an_input_lies_inside_the_window(
    opened: Page, size: tuple[int, int]
) -> None:
    width, height = size
    opened.set_viewport_size({"width": width, "height": height})
    opened.get_by_role("button", name="From: look at another input").click()
    ways = opened.locator("ul[popover]:popover-open li > *")
    expect(ways.first).to_be_visible()
    assert ways.count() >= 4
    for way in ways.all():
        box = way.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= height - box["height"]


def done(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Done").click()


def test_a_stroke_is_seen_while_it_is_drawn(
    server: LanternServer, opened: Page, session: str
) -> None:
    choose(opened, "Draw one")
    pad = opened.get_by_role("dialog").locator("canvas")
    box = pad.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"]
    opened.mouse.move(x, y + box["height"] * 0.15)
    opened.mouse.down()
    opened.mouse.move(x, y + box["height"] * 0.5, steps=8)
    wait_until(lambda: kind_of(server, session) == "pixels")
    half = slots(server, session)["0"]["data"]
    opened.mouse.move(x + 40, y + box["height"] * 0.85, steps=8)
    wait_until(lambda: slots(server, session)["0"]["data"] != half)
    opened.mouse.up()
    opened.wait_for_timeout(300)
    drawn = slots(server, session)["0"]["data"]
    opened.get_by_role("tab", name="Attack").click()  # the page beside the dialog stays in use
    expect(opened.get_by_role("tab", name="Attack")).to_have_attribute("aria-selected", "true")
    opened.get_by_role("button", name="Clear").click()
    wait_until(lambda: set(slots(server, session)["0"]["data"]) <= {"A", "="})
    opened.keyboard.press("Control+z")
    wait_until(lambda: slots(server, session)["0"]["data"] == drawn)
    done(opened)


def test_a_file_is_uploaded_and_brought_into_the_networks_shape(
    server: LanternServer, opened: Page, session: str
) -> None:
    chooser = opened.get_by_label("A picture's file")
    chooser.set_input_files({"name": "7.png", "mimeType": "image/png", "buffer": seven()})
    wait_until(lambda: kind_of(server, session) == "pixels")
    expect(opened.get_by_text("Light and dark are exchanged")).to_be_visible()
    found = slots(server, session)["0"]
    assert found["shape"] == [1, 8, 8]
    opened.get_by_label("show all of it").check()
    wait_until(lambda: slots(server, session)["0"]["data"] != found["data"])
    done(opened)


@pytest.mark.parametrize("way", ["paste", "drop"])
def test_a_picture_is_pasted_or_dropped_anywhere(
    server: LanternServer, opened: Page, session: str, way: str
) -> None:
    opened.evaluate(ARRIVE, [way, list(seven()), "image/png"])
    wait_until(lambda: kind_of(server, session) == "pixels")
    done(opened)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "SVG is a drawing program"),
        (b"no picture at all", "no PNG"),
        (seven()[:600], "damaged"),
        (seven()[:16] + b"\x00\x00\x75\x30\x00\x00\x75\x30" + seven()[24:], "30000 × 30000"),
    ],
    ids=["svg", "text", "truncated", "30 000 pixels"],
)
def test_what_is_no_picture_is_refused_in_the_page_with_a_sentence(
    server: LanternServer, opened: Page, session: str, content: bytes, sentence: str
) -> None:
    opened.evaluate(ARRIVE, ["paste", list(content), "image/png"])
    alert = opened.get_by_role("dialog").get_by_role("alert")
    expect(alert).to_contain_text(sentence)
    done(opened)
    assert slots(server, session) == {}


def test_two_inputs_are_pinned_and_the_whole_page_follows_the_chosen_one(
    server: LanternServer, opened: Page, session: str
) -> None:
    inputs = opened.get_by_role("radiogroup", name="The input that is looked at")
    expect(inputs.get_by_role("radio")).to_have_count(1, timeout=20_000)
    opened.get_by_role("button", name="Pin this input").click()
    expect(inputs.get_by_role("radio")).to_have_count(2)
    opened.get_by_label("sample", exact=True).fill("17")
    opened.keyboard.press("Enter")
    wait_until(lambda: slots(server, session).get("1", {}).get("index") == 17)
    assert "0" not in slots(server, session)
    network = opened.get_by_role("region", name="Network")
    said = [predicted(server, session, slot) for slot in (0, 1)]
    second = opened.get_by_text(said[1], exact=True)
    expect(second.first).to_be_visible(timeout=20_000)
    inputs.get_by_role("radio").first.focus()
    opened.keyboard.press("Space")
    expect(opened.get_by_text(said[0], exact=True).first).to_be_visible(timeout=20_000)
    opened.locator("body").click(position={"x": 5, "y": 5})
    opened.keyboard.press("i")
    expect(second.first).to_be_visible(timeout=20_000)
    expect(network).to_be_visible()
    opened.get_by_role("button", name="Take down input 1").focus()
    opened.keyboard.press("Enter")
    expect(inputs.get_by_role("radio")).to_have_count(1)
    wait_until(lambda: "1" not in slots(server, session))


def judgement(server: LanternServer, session: str, slot: int = 0) -> dict[str, Any]:
    view = {"inspector": "prediction", "params": {"slot": slot}}
    return server.request("POST", f"/sessions/{session}/inspect", json=view)["figures"][0]


def predicted(server: LanternServer, session: str, slot: int) -> str:
    return judgement(server, session, slot)["caption"]


def is_wrong(server: LanternServer, session: str) -> bool:
    facts = judgement(server, session)["facts"]
    return facts.get("true class") != facts["predicted"]


def test_samples_are_found_by_class_and_by_mistake(
    server: LanternServer, opened: Page, session: str
) -> None:
    opened.get_by_label("Only of this class").select_option("4")
    wait_until(lambda: kind_of(server, session) == "sample")
    first = slots(server, session)["0"]["index"]
    opened.get_by_role("button", name="Sample after").click()
    wait_until(lambda: slots(server, session)["0"]["index"] > first)
    assert judgement(server, session)["facts"]["true class"] == "4"
    opened.get_by_label("Only of this class").select_option("")
    opened.get_by_role("button", name="Next mistake").click()
    wait_until(lambda: is_wrong(server, session))
    choose(opened, "From the data")
    gallery = opened.get_by_role("group", name="Pick the input", exact=True)
    before = slots(server, session)["0"]
    gallery.get_by_role("button", pressed=False).nth(3).click(timeout=20_000)
    wait_until(lambda: slots(server, session)["0"] != before)
    assert is_wrong(server, session)


def test_a_script_uploads_a_picture_and_liars_are_refused(
    server: LanternServer, session: str
) -> None:
    url = f"{server.url}/api/v1/sessions/{session}/inputs/9"
    good = httpx.post(url, content=seven(), timeout=30)
    assert good.status_code == 200, good.text
    assert slots(server, session)["9"]["shape"] == [1, 8, 8]
    held = slots(server, session)
    large = seven()[:16] + b"\x00\x00\x75\x30\x00\x00\x75\x30" + seven()[24:]
    for content in (SVG, seven()[:600], large, b"PK\x03\x04", b""):
        bad = httpx.post(url, content=content, timeout=30)
        assert bad.status_code == 422, bad.text
        assert bad.json()["detail"].endswith(".")
    assert httpx.post(url, content=seven() + bytes(10_000_000), timeout=30).status_code == 413
    assert slots(server, session) == held
    assert server.request("GET", f"/sessions/{session}")["phase"] == "paused"


@pytest.fixture
def filming(browser: Browser) -> Iterator[Browser]:
    """A browser whose camera shows a test picture; Playwright runs one at a time."""
    arguments = [*ARGUMENTS, "--use-fake-device-for-media-stream"]
    started = browser.browser_type.launch(executable_path=system_chromium(), args=arguments)
    yield started
    started.close()


def test_the_camera_is_live_and_stops(
    server: LanternServer, filming: Browser, session: str
) -> None:
    page = filming.new_context(permissions=["camera"]).new_page()
    page.goto(f"{server.url}/#/s/{session}")
    choose(page, "Camera")
    seen = set()

    def has_moved() -> bool:
        seen.add(slots(server, session).get("0", {}).get("data", ""))
        return len(seen) > 4

    wait_until(has_moved)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("The camera is off")).to_be_visible()
    page.wait_for_timeout(300)
    last = slots(server, session)
    page.wait_for_timeout(500)
    assert slots(server, session) == last


def test_without_a_camera_a_sentence_says_so(
    server: LanternServer, opened: Page, session: str
) -> None:
    choose(opened, "Camera")
    expect(opened.get_by_role("dialog").get_by_role("alert")).to_contain_text("camera")
    assert slots(server, session) == {}


def test_what_new_data_cannot_take_is_said_to_be_gone(
    opened: Page, server: LanternServer, session: str
) -> None:
    black = {"type": "pixels", "shape": [1, 8, 8], "data": "A" * 86 + "=="}
    server.command(session, "set_input", slot=1, input=black)
    server.command(session, "set_input", slot=2, input={"type": "sample", "index": 3})
    expect(opened.get_by_role("radio", name="input 1:")).to_be_visible(timeout=30_000)
    opened.get_by_label("Dataset", exact=True).select_option("glyphs")
    gone = opened.get_by_text("One input did not fit the new data and is gone.")
    expect(gone).to_be_visible(timeout=30_000)
    expect(opened.get_by_role("radio", name="input 2:")).to_be_visible()
    server.command(session, "clear_input", slot=2)
    expect(gone).to_have_count(0)
