"""A Chromium to test with: the system's if there is one, else Playwright's own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
)


def system_chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    return None


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, with an empty profile, and close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=system_chromium(), args=list(ARGUMENTS)
        )
        yield browser
        browser.close()


def open_tab(page: Page, name: str) -> None:
    """Open a way of looking inside, which may be folded into "More" where there is little room."""
    tab = page.get_by_role("tab", name=name, exact=True)
    more = page.get_by_role("button", name="More ways of looking inside")
    expect(tab.or_(more).first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(300)  # the strip is measured once the fonts are there
    if tab.count() == 0:
        more.click()
        page.get_by_role("button", name=name, exact=True).click()
    else:
        tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
