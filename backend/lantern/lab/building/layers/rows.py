"""Linear layers and what stands between them, as layers of the builder."""

import math
from typing import Annotated, ClassVar, Literal

from torch import nn

from lantern.lab.building.activations import ActivationName, activation
from lantern.lab.building.dropout import Dropout
from lantern.lab.building.layers.base import LayerBase, MisfitError, Shape
from lantern.protocol.model import control


class Activation(LayerBase):
    """A non-linearity, number by number."""

    prefix: ClassVar[str] = "activation"

    type: Literal["activation"] = "activation"
    function: ActivationName = "relu"
    """Which function."""

    @property
    def words(self) -> str:
        """Return the function."""
        return self.function.replace("_", " ")

    @property
    def stem(self) -> str:
        """Return the function, as in `relu1`."""
        return self.function

    def after(self, shape: Shape) -> Shape:
        """Return the shape as it is."""
        return shape

    def module(self, shape: Shape) -> nn.Module:
        """Return a module of its own."""
        return activation(self.function)


class DropoutLayer(LayerBase):
    """A share of the numbers set to zero while training (Srivastava et al., 2014)."""

    prefix: ClassVar[str] = "dropout"

    type: Literal["dropout"] = "dropout"
    rate: Annotated[float, control(ge=0, le=0.9, step=0.05)] = 0.25
    """Share that is set to zero."""

    @property
    def words(self) -> str:
        """Return the rate."""
        return f"dropout {self.rate:g}"

    def after(self, shape: Shape) -> Shape:
        """Return the shape as it is."""
        return shape

    def module(self, shape: Shape) -> nn.Module:
        """Return dropout whose noise is a function of the seed."""
        return Dropout(self.rate)


class Flatten(LayerBase):
    """Maps laid out in a row."""

    prefix: ClassVar[str] = "flatten"

    type: Literal["flatten"] = "flatten"

    @property
    def words(self) -> str:
        """Return its name."""
        return "flatten"

    def after(self, shape: Shape) -> Shape:
        """Return one number: how long the row is."""
        return (math.prod(shape),)

    def module(self, shape: Shape) -> nn.Module:
        """Return the layer."""
        return nn.Flatten()


class Linear(LayerBase):
    """Neurons that are each joined to all numbers of the row."""

    prefix: ClassVar[str] = "fc"

    type: Literal["linear"] = "linear"
    units: Annotated[int, control(ge=1, le=4096, scale="log")] = 64
    """Neurons."""

    @property
    def words(self) -> str:
        """Return its name and how many neurons it has."""
        return f"linear {self.units}"

    def after(self, shape: Shape) -> Shape:
        """Return (units,)."""
        if len(shape) != 1:
            raise MisfitError(
                "takes rows; put a flatten before it.",
                hint="Add a flatten, or a global average and a flatten, in front of it.",
                joint=" ",
            )
        return (self.units,)

    def module(self, shape: Shape) -> nn.Module:
        """Return the layer."""
        return nn.Linear(shape[0], self.units)
