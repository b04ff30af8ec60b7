"""An activation function and its derivative."""

from collections.abc import Iterator
from typing import Annotated

import torch

from lantern.lab.arrays import array_of
from lantern.lab.building.activations import ActivationName, activation
from lantern.lab.kinds import Demo
from lantern.protocol.figures import Axis, LinesFigure, Series
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

PLACES = 401


class ActivationFunction(Demo, name="activation_function", title="Activation function"):
    """The curve of an activation function, and its derivative, which backpropagation multiplies by.

    Where the derivative is near 0 the unit learns nothing: it is saturated.
    """

    order = 20
    function: ActivationName = "tanh"
    """The function."""
    low: Annotated[float, control(ge=-20, le=20)] = -5.0
    """Left end of the axis."""
    high: Annotated[float, control(ge=-20, le=20)] = 5.0
    """Right end of the axis."""

    def figures(self) -> Iterator[LinesFigure]:
        """Yield both curves over one axis."""
        if self.high <= self.low:
            raise ProblemError(
                f"high: it must lie right of low ({self.low:g}), not at {self.high:g}.",
                field="high",
            )
        x = torch.linspace(self.low, self.high, PLACES, dtype=torch.float64, requires_grad=True)
        with torch.enable_grad():
            y = activation(self.function)(x)
            (slope,) = torch.autograd.grad(y.sum(), x)
        x, y = x.detach(), y.detach()
        steepest = int(slope.argmax())
        yield LinesFigure(
            title=self.function.replace("_", " "),
            alt=f"{self.function} from {float(y.min()):.3g} to {float(y.max()):.3g}; its "
            f"derivative is largest at {float(x[steepest]):.3g}, there "
            f"{float(slope[steepest]):.3g}.",
            facts={"largest derivative": float(slope.max())},
            x=Axis(label="x"),
            y=Axis(label="f(x)"),
            series=(
                Series(label="f(x)", x=array_of(x), y=array_of(y)),
                Series(label="df/dx", x=array_of(x), y=array_of(slope)),
            ),
        )
