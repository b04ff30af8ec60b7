"""What every layer of the builder is: a description that knows the shapes it takes and gives."""

from abc import abstractmethod
from typing import Annotated, ClassVar

from pydantic import Field, JsonValue
from torch import nn

from lantern.protocol.model import Model

Shape = tuple[int, ...]
"""Of one sample: (channels, height, width) of maps, or (numbers,) of a row."""

LayerName = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", max_length=32)]
"""Under which the weights are found again; empty until one is given."""


class MisfitError(Exception):
    """A layer cannot take what the layer before it puts out; the text says why."""

    def __init__(self, text: str, *, hint: str | None = None, joint: str = ": ") -> None:
        super().__init__(text)
        self.text, self.hint, self.joint = text, hint, joint


class LayerBase(Model):
    """One layer of a chain, described by what a person would say of it."""

    prefix: ClassVar[str]
    """Its generated names are this with a number."""

    name: LayerName = ""
    """Name of the layer, by which its weights are kept when the chain changes."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What it is, for a sentence: `conv 3x3, 16 channels`."""

    @property
    def stem(self) -> str:
        """Return what its generated name begins with."""
        return self.prefix

    def plain(self) -> dict[str, JsonValue]:
        """Return it as JSON with what differs from the defaults, its type and its name first."""
        whole = self.model_dump(mode="json")
        given = self.model_dump(mode="json", exclude_defaults=True)
        return {"type": whole["type"], "name": self.name} | given

    @abstractmethod
    def after(self, shape: Shape) -> Shape:
        """Return the shape that it makes of a shape; MisfitError for one that it cannot take."""

    @abstractmethod
    def module(self, shape: Shape) -> nn.Module:
        """Return a new module for inputs of this shape, which `after` has taken."""


def maps_of(shape: Shape) -> tuple[int, int, int]:
    """Return channels, height and width; MisfitError for a row."""
    if len(shape) != 3:
        raise MisfitError(
            f"it takes maps, but a row of {shape[0]} numbers comes in.",
            hint="Move it before the flatten, or take it away.",
        )
    return shape[0], shape[1], shape[2]


def side(length: int, *, kernel: int, stride: int, dilation: int = 1, padding: int = 0) -> int:
    """Return how many places a window takes along a side; none or less if it does not fit."""
    return (length + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def too_small(height: int, width: int, *, window: str = "") -> MisfitError:
    """Return the error of a window that is larger than the maps."""
    what = f"its window of {window}" if window else "its window"
    return MisfitError(
        f"its input is {height}x{width}, which is smaller than {what}.",
        hint="Take a pooling or a stride before it away, or make its window smaller.",
    )


def square(kernel: int) -> str:
    """Return a size as it is said: `3x3`."""
    return f"{kernel}x{kernel}"
