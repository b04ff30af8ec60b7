"""A chain of layers, put together by hand."""

import math
from collections import OrderedDict
from typing import Annotated, Any

from pydantic import ValidationError, ValidatorFunctionWrapHandler, field_validator
from torch import nn

from lantern.lab.building.features import FeatureName, Features
from lantern.lab.building.initial import InitialisationName, initialise, silence_branches
from lantern.lab.building.layers.base import LayerBase, Shape
from lantern.lab.building.layers.chain import MOST_LAYERS, Layer, links_of, modules_of
from lantern.lab.building.layers.convolutions import Conv
from lantern.lab.building.layers.faults import bad_layer
from lantern.lab.building.layers.pooling import Pool
from lantern.lab.building.layers.rows import Activation, Flatten, Linear
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.resize import Resize
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

FOR_IMAGES: tuple[LayerBase, ...] = (
    Conv(name="conv1", channels=8),
    Activation(name="relu1"),
    Pool(name="pool1"),
    Conv(name="conv2", channels=16),
    Activation(name="relu2"),
    Flatten(name="flatten"),
    Linear(name="fc1", units=32),
    Activation(name="relu3"),
)
FOR_POINTS: tuple[LayerBase, ...] = (
    Linear(name="fc1", units=4),
    Activation(name="tanh1", function="tanh"),
    Linear(name="fc2", units=2),
    Activation(name="tanh2", function="tanh"),
)


class Sequential(Architecture, name="sequential", title="Own layers"):
    """Your own network: layers one behind the other, as you put them together in the builder.

    Each layer keeps its name when others are added, moved or taken away, and with the name its
    weights, as far as they still fit. Images are normalised first; the output layer, with a flatten
    in front of it where maps come in, is added by itself.
    """

    tags = ("points", "images", "builder")
    order = 90
    layers: Annotated[
        tuple[Layer, ...] | None, control(max_length=MOST_LAYERS, widget="builder")
    ] = None
    """The layers in order, each with its type and settings; left out, a small network that suits
    the data."""
    features: Annotated[
        tuple[FeatureName, ...], control(min_length=1, max_length=9, widget="features")
    ] = ("x1", "x2")
    """What is computed from a point's two coordinates; of no use for images."""
    size: Annotated[int, control(ge=0, le=256, unit="px")] = 0
    """Side that images are brought to first; 0 leaves them as they are."""
    initialisation: InitialisationName = "he_normal"
    """How the first weights are drawn."""

    @field_validator("layers", mode="wrap")
    @classmethod
    def _in_words(
        cls,
        value: Any,  # noqa: ANN401 - whatever was sent
        check: ValidatorFunctionWrapHandler,
    ) -> tuple[LayerBase, ...] | None:
        """Say of a layer that cannot be what is wrong with it."""
        try:
            return check(value)
        except ValidationError as error:
            raise bad_layer(error, value) from None

    def model_post_init(self, context: object) -> None:
        """Refuse features that are there twice."""
        if len(set(self.features)) < len(self.features):
            raise ProblemError(
                "model.params.features: each feature may be there once.",
                field="model.params.features",
            )

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the chain [resize], normalise, the layers by their names, [to_row], output.

        For points it begins with features.
        """
        chain, shape = self.first(data)
        links = links_of(self.chosen(data), shape)
        shape = links[-1].after if links else shape
        chain.update(modules_of(links))
        if len(shape) > 1:
            chain["to_row"] = nn.Flatten()
        chain["output"] = nn.Linear(math.prod(shape), outputs)
        module = nn.Sequential(chain)
        initialise(module, self.initialisation)
        silence_branches(module)
        return module

    def chosen(self, data: Data) -> tuple[LayerBase, ...]:
        """Return the layers, those for this kind of data where none were given."""
        if self.layers is not None:
            return self.layers
        return FOR_IMAGES if data.kind == "images" else FOR_POINTS

    def first(self, data: Data) -> tuple[OrderedDict[str, nn.Module], Shape]:
        """Return what every chain begins with, and the shape of one sample behind it."""
        if data.kind == "points":
            return OrderedDict(features=Features(self.features)), (len(self.features),)
        chain = OrderedDict[str, nn.Module]()
        shape = data.shape
        if self.size:
            chain["resize"] = Resize(data.shape[1], self.size)
            shape = (data.shape[0], self.size, self.size)
        chain["normalise"] = Normalise(data.mean, data.deviation)
        return chain, shape
