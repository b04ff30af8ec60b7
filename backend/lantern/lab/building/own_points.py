"""Points that a person gave: which are trained on, and what is wrong with them."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError

from lantern.protocol.experiment import MOST_POINTS, Point
from lantern.protocol.problems import ProblemError

FIELD = "dataset.params.points"
FEWEST_POINTS = 2
T = TypeVar("T")
GOLDEN = (5**0.5 - 1) / 2


def split_of(count: int, train_share: float) -> tuple[list[int], list[int]]:
    """Return the indices of the training and of the validation points, each in order.

    Point i is trained on if the fraction of i times the golden ratio lies under the share. That
    spreads them evenly, and a point that is added at the end moves no other. Only while so few
    points would leave none for validation, the last in that sense is kept for it.
    """
    places = [index * GOLDEN % 1.0 for index in range(count)]
    train = [index for index, place in enumerate(places) if place < train_share]
    if len(train) == count and count > 1:
        train.remove(max(train, key=places.__getitem__))
    kept = set(train)
    return train, [index for index in range(count) if index not in kept]


def in_places(train: Sequence[T], validation: Sequence[T], train_share: float) -> list[T]:
    """Return points of both splits in an order in which `split_of` splits them so again.

    Where it would make one of the splits larger, the last points change sides.
    """
    rows = [*train, *validation]
    places = [place for split in split_of(len(rows), train_share) for place in split]
    return [row for _, row in sorted(zip(places, rows, strict=True), key=lambda pair: pair[0])]


def check_points(points: Sequence[Point], *, classes: int | None) -> None:
    """Raise a ProblemError that names the first bad row; `classes` is None for values."""
    if len(points) < FEWEST_POINTS:
        raise ProblemError(
            f"{FIELD}: {_counted(len(points))}, and training takes at least {FEWEST_POINTS}, "
            f"one to train on and one for validation.",
            field=FIELD,
            hint="Draw some points in the plane, or paste rows of x1, x2, target.",
        )
    if classes is None:
        return
    for row, (_, _, target) in enumerate(points, start=1):
        if not (target.is_integer() and 0 <= target < classes):
            raise ProblemError(
                f"{FIELD}: row {row} has the class {target:g}, and with {classes} classes "
                f"it must be a whole number from 0 to {classes - 1}.",
                field=FIELD,
                hint="Raise the number of classes, or turn `values` on for regression.",
            )


def bad_row(error: ValidationError) -> ProblemError:
    """Return what pydantic says of the points as a sentence that names the row, from 1."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = first["loc"]
    if first["type"] == "too_long" and not place:
        sentence = f"there are more than {MOST_POINTS} points, which is the most."
    elif not place or not isinstance(place[0], int):
        sentence = "they are not a list of rows, each with x1, x2 and the target."
    else:
        sentence = f"row {place[0] + 1} {_fault(first['type'], place[1:], first['input'])}."
    return ProblemError(f"{FIELD}: {sentence}", field=FIELD)


def _fault(kind: str, place: tuple[int | str, ...], found: object) -> str:
    if not place or kind in {"missing", "too_long"}:
        return "must have three numbers: x1, x2 and the target"
    column = ("x1", "x2", "the target")[int(place[0])]
    return f"has {str(found)[:40]!r} for {column}; it must be a number from -1000 to 1000"


def _counted(count: int) -> str:
    return {0: "there are no points", 1: "there is 1 point"}.get(count, f"there are {count} points")
