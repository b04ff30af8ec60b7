"""Equal views have equal keys, so that they are computed once."""

from typing import Any

import pytest
from pydantic import ValidationError

from lantern.protocol.views import PixelInput, View


def test_the_order_of_parameters_does_not_matter() -> None:
    one = View(inspector="network", params={"units": 8, "slot": 0})
    other = View(inspector="network", params={"slot": 0, "units": 8})
    assert one.key == other.key


def test_whatever_else_differs_makes_another_key() -> None:
    views = (
        View(inspector="network"),
        View(inspector="output"),
        View(inspector="network", params={"units": 8}),
        View(inspector="network", params={"units": "8"}),
        View(inspector="network", params={"units": [8]}),
        View(inspector="network", at=0),
        View(inspector="network", at=1),
    )
    assert len({view.key for view in views}) == len(views)


def test_a_key_survives_json_and_restarts() -> None:
    view = View(inspector="network", params={"units": 8, "layer": "conv1"}, at=12)
    assert View.model_validate_json(view.model_dump_json()).key == view.key == "b4336e60f6e8c034"


@pytest.mark.parametrize(
    "fields", [{"at": -1}, {"at": "yesterday"}, {"inspector": ""}, {"colour": "red"}]
)
def test_a_view_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        View.model_validate({"inspector": "network"} | fields)


@pytest.mark.parametrize("shape", [(28,), (1, 2, 3, 4), (0, 28), (28, 2000)])
def test_a_drawing_has_a_bounded_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError):
        PixelInput(shape=shape, data="AA==")
