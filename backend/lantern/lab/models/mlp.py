"""Layers of neurons, each joined to all of the next."""

from collections import OrderedDict
from typing import Annotated

from pydantic import Field
from torch import nn

from lantern.lab.building.activations import ActivationName, activation
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.features import FeatureName, Features
from lantern.lab.building.initial import InitialisationName, initialise
from lantern.lab.building.normalise import Normalise
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

Neurons = Annotated[int, Field(ge=1, le=64)]


class Mlp(Architecture, name="mlp", title="Multilayer perceptron"):
    """Layers of neurons, each joined to all of the next, with a non-linearity in between.

    Points are first turned into the chosen features; images are normalised and laid out in a row.
    The output layer is linear; the loss squashes it (Rumelhart, Hinton and Williams, 1986).
    """

    tags = ("points", "images")
    order = 10
    features: Annotated[
        tuple[FeatureName, ...], control(min_length=1, max_length=7, widget="features")
    ] = ("x1", "x2")
    """What is computed from a point's two coordinates; of no use for images."""
    layers: Annotated[tuple[Neurons, ...], control(max_length=6, widget="layers")] = (4, 2)
    """Neurons in each hidden layer; none at all gives a linear model."""
    activation: ActivationName = "tanh"
    """The non-linearity behind each hidden layer."""
    initialisation: InitialisationName = "xavier_uniform"
    """How the first weights are drawn."""
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.0
    """Share of each hidden layer's outputs that is set to zero while training."""

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return a chain features, hidden1, activation1, dropout1, hidden2, ..., output."""
        chain = self._first(data)
        width = _width(data) if data.kind == "images" else len(self.features)
        for number, neurons in enumerate(self.layers, start=1):
            chain[f"hidden{number}"] = nn.Linear(width, neurons)
            chain[f"activation{number}"] = activation(self.activation)
            chain[f"dropout{number}"] = Dropout(self.dropout)
            width = neurons
        chain["output"] = nn.Linear(width, outputs)
        module = nn.Sequential(chain)
        initialise(module, self.initialisation)
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate."""
        set_dropout(module, self.dropout)

    def _first(self, data: Data) -> OrderedDict[str, nn.Module]:
        if data.kind == "images":
            normalise = Normalise(data.mean, data.deviation)
            return OrderedDict(normalise=normalise, flatten=nn.Flatten())
        if len(set(self.features)) < len(self.features):
            raise ProblemError(
                "model.params.features: each feature may be there once.",
                field="model.params.features",
            )
        return OrderedDict(features=Features(self.features))


def _width(data: Data) -> int:
    count = 1
    for length in data.shape:
        count *= length
    return count
