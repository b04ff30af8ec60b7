"""Layers of neurons, each joined to all of the next."""

import math
from collections import OrderedDict
from typing import Annotated

import torch
from pydantic import Field
from torch import nn

from lantern.lab.building.activations import ActivationName, activation
from lantern.lab.building.dropout import Dropout, set_dropout
from lantern.lab.building.features import FeatureName, Features
from lantern.lab.building.gate import Gate, UnitName, closed_units, set_gates
from lantern.lab.building.initial import InitialisationName, initialise
from lantern.lab.building.normalise import Normalise
from lantern.lab.building.scaling import ScalingName, scaling
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
        tuple[FeatureName, ...], control(min_length=1, max_length=9, widget="features")
    ] = ("x1", "x2")
    """What is computed from a point's two coordinates; of no use for images."""
    scaling: ScalingName = "none"
    """How features are scaled: normalise to -1 to 1, standardise to mean 0 and deviation 1 over
    the training points; of no use for images."""
    layers: Annotated[
        tuple[Neurons, ...], control(max_length=8, widget="layers", for_images=[64, 32])
    ] = (4, 2)
    """Neurons in each hidden layer; none at all gives a linear model."""
    activation: ActivationName = "tanh"
    """The non-linearity behind each hidden layer."""
    activations: Annotated[
        tuple[ActivationName, ...], control(max_length=8, widget="activations")
    ] = ()
    """The non-linearity of single hidden layers, from the first on; layers beyond the end of the
    list take `activation`."""
    initialisation: InitialisationName = "xavier_uniform"
    """How the first weights are drawn."""
    dropout: Annotated[float, control(live=True, ge=0, le=0.9, step=0.05)] = 0.0
    """Share of each hidden layer's outputs that is set to zero while training."""
    disabled: Annotated[
        tuple[UnitName, ...], control(live=True, max_length=512, widget="units")
    ] = ()
    """Hidden units whose output is always 0, such as `hidden1:3`, counted from 0."""

    def model_post_init(self, context: object) -> None:
        """Refuse features that are there twice and units that are not there."""
        if len(set(self.features)) < len(self.features):
            raise ProblemError(
                "model.params.features: each feature may be there once.",
                field="model.params.features",
            )
        closed_units(self.disabled, self.layers)

    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return a chain features, [scaling], hidden1, activation1, gate1, dropout1, ..., output.

        For images it begins with normalise, flatten.
        """
        chain, width = self._images(data) if data.kind == "images" else self._points(data)
        own = dict(enumerate(self.activations, start=1))
        for number, neurons in enumerate(self.layers, start=1):
            chain[f"hidden{number}"] = nn.Linear(width, neurons)
            chain[f"activation{number}"] = activation(own.get(number, self.activation))
            chain[f"gate{number}"] = Gate(neurons)
            chain[f"dropout{number}"] = Dropout(self.dropout)
            width = neurons
        chain["output"] = nn.Linear(width, outputs)
        module = nn.Sequential(chain)
        initialise(module, self.initialisation)
        set_gates(module, closed_units(self.disabled, self.layers))
        return module

    def adjust(self, module: nn.Module) -> None:
        """Set the dropout rate, and which units are switched off."""
        set_dropout(module, self.dropout)
        set_gates(module, closed_units(self.disabled, self.layers))

    def _images(self, data: Data) -> tuple[OrderedDict[str, nn.Module], int]:
        normalise = Normalise(data.mean, data.deviation)
        return OrderedDict(normalise=normalise, flatten=nn.Flatten()), math.prod(data.shape)

    def _points(self, data: Data) -> tuple[OrderedDict[str, nn.Module], int]:
        features = Features(self.features)
        chain: OrderedDict[str, nn.Module] = OrderedDict(features=features)
        with torch.no_grad():
            scaled = scaling(self.scaling, features(data.train.inputs), self.features)
        if scaled is not None:
            chain["scaling"] = scaled
        return chain, len(self.features)
