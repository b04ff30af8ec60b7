"""Which kind of answer a request would rather have."""

import pytest

from lantern.server.accepting import preferred

OFFERED = ("application/json", "application/x-npz", "image/png")


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("image/png", "image/png"),
        ("Image/PNG", "image/png"),
        ("image/*", "image/png"),
        ("image/png, */*", "image/png"),
        ("*/*, image/png", "image/png"),
        ("application/x-npz, image/png", "application/x-npz"),
        ("image/png, application/x-npz", "image/png"),
        ("image/png;q=0.5, application/x-npz", "application/x-npz"),
        ("image/png; q=0.9, application/json;q=0.2", "image/png"),
        ("image/png;q=0", "application/json"),
        ("application/*;q=0.8, image/png;q=0.1", "application/json"),
        ("application/json;q=0.1, */*;q=0.5", "application/x-npz"),
        ("image/png;q=much", "application/json"),
        (",;,", "application/json"),
    ],
)
def test_the_most_wanted_of_what_is_offered(header: str, wanted: str) -> None:
    assert preferred(header, OFFERED) == wanted
