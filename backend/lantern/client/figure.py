"""A figure as numpy arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel

from lantern.protocol.figures import Array, Figure, HeatmapFigure, Images

Numbers = NDArray[np.generic]


@dataclass(frozen=True)
class ClientFigure:
    """One figure: what it is called, what makes it reproducible, and its arrays."""

    raw: Figure = field(repr=False)
    """As it was sent."""
    arrays: dict[str, Numbers] = field(repr=False)
    """By the path in the figure: `values`, `images` (n, channels, height, width), `series.0.y`.

    Quantised maps are back at their own range, as float32.
    """

    @property
    def kind(self) -> str:
        """One of the twelve kinds, such as `heatmap`."""
        return self.raw.type

    @property
    def title(self) -> str:
        """Its heading."""
        return self.raw.title

    @property
    def caption(self) -> str:
        """The line under the title."""
        return self.raw.caption

    @property
    def facts(self) -> dict[str, str | float | int]:
        """Method, arguments, layer, step: whatever makes it reproducible."""
        return self.raw.facts

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before trusting it."""
        return self.raw.warnings

    def __repr__(self) -> str:
        """Return kind, title and shapes."""
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.arrays.items())
        return f"<{self.kind} {self.title!r}: {shapes}>"


def client_figure(figure: Figure) -> ClientFigure:
    """Return the figure with its arrays by name."""
    return ClientFigure(raw=figure, arrays=dict(_arrays(figure, "")))


def to_numpy(array: Array) -> Numbers:
    """Return the numbers of an array; a view of the frame it came in."""
    return np.frombuffer(array.data, dtype=np.dtype(array.dtype).newbyteorder("<")).reshape(
        array.shape
    )


def _arrays(value: object, name: str) -> Iterator[tuple[str, Numbers]]:
    match value:
        case Array():
            yield name, to_numpy(value)
        case Images():
            yield name, _images(value)
        case HeatmapFigure(values=values) if values.dtype == "u1":
            yield _join(name, "values"), _scaled(to_numpy(values), value.low, value.high)
            yield from _arrays(value.points, _join(name, "points"))
        case BaseModel():
            for key in type(value).model_fields:
                yield from _arrays(getattr(value, key), _join(name, key))
        case tuple() | list():
            for index, item in enumerate(value):
                yield from _arrays(item, _join(name, str(index)))
        case _:
            return


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _images(images: Images) -> Numbers:
    shape = (-1, 1, 1, 1)  # one range for each image
    low, high = (to_numpy(edge).reshape(shape) for edge in (images.low, images.high))
    return _scaled(to_numpy(images.values), low, high)


def _scaled(values: Numbers, low: ArrayLike, high: ArrayLike) -> Numbers:
    """Return what quantised values (0-255) stand for."""
    bottom, top = np.asarray(low, np.float32), np.asarray(high, np.float32)
    return bottom + values.astype(np.float32) / np.float32(255) * (top - bottom)
