"""Whether a model fits its data, asked while it is being put together; nothing is trained."""

from typing import Annotated, Literal

from pydantic import Field

from lantern.protocol.experiment import Part
from lantern.protocol.model import Model
from lantern.protocol.problems import Problem

Length = Annotated[int, Field(ge=1, le=4096)]


class CheckModel(Model):
    """Build the shapes of a model alone, and say what does not fit."""

    type: Literal["check_model"] = "check_model"
    model: Part
    loss: Part = Part(name="cross_entropy")
    """It says how many numbers the model puts out."""
    kind: Literal["points", "images"]
    shape: Annotated[tuple[Length, ...], Field(min_length=1, max_length=3)]
    """Of one sample: (2,) for points, (channels, height, width) for images."""
    classes: Annotated[int, Field(ge=0, le=1000)]
    """0 where there are values to learn."""


class CheckedLayer(Model):
    """One layer that fits."""

    name: str
    """Module path; the name it was given, or a generated one."""
    words: str
    """What it is, such as `conv 3x3, 16 channels`."""
    output_shape: tuple[int, ...]
    parameters: int
    macs: int
    """Multiply-accumulate operations for one sample."""


class CheckedModel(Model):
    """What a model would be, as far as it fits."""

    layers: tuple[CheckedLayer, ...] = ()
    """In the order of `model.params.layers`; with a problem, those before the one to blame."""
    output: CheckedLayer | None = None
    """The output layer, which every model gets by itself."""
    parameters: int = 0
    macs: int = 0
    problem: Problem | None = None
    chain: Part | None = None
    """The same model as a list of layers, every name written out, for the builder."""
    no_chain: Problem | None = None
    """Why it cannot be such a list."""
