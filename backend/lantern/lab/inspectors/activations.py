"""The activations of one layer for one input."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import layer_call, settled, traced
from lantern.lab.inspectors._network_images import scale_of
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import finite, sized
from lantern.protocol.figures import BarsFigure, FigureScale, ImagesFigure
from lantern.protocol.model import control


class Activations(Inspector, name="activations", title="Activations"):
    """What every unit of a layer puts out for the input in a slot.

    A convolution gives one map for each channel, a linear layer one number for each unit.
    """

    tags = ("points", "images")
    order = 60
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last convolution where none is named, else the last hidden layer."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that the layer looks at."""
    order_by: Annotated[Literal["index", "strength"], control(alias="order")] = "index"
    """As they are numbered, or the most active first."""
    after_activation: bool = True
    """Show what the non-linearity behind the layer makes of it."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | BarsFigure]:
        """Yield the maps, or bars where each unit is one number."""
        inputs, _ = subject.resolve(self.slot)
        calls, _ = traced(subject.module, inputs)
        index = layer_call(calls, self.layer)
        shown = settled(calls, index) if self.after_activation else calls[index]
        output = shown.output[0].detach().float().cpu()  # (channels, h, w) or (units,)
        has_maps = output.dim() == 3 and output[0].numel() > 1
        output = output if has_maps else output.flatten()
        strength = output.abs().flatten(1).mean(1) if has_maps else output.abs()
        ranking = strength.argsort(descending=True, stable=True)
        order = ranking if self.order_by == "strength" else torch.arange(len(output))
        show = _maps if has_maps else _bars
        yield show(output[order], order, scale_of(shown)).model_copy(
            update={
                "title": calls[index].path,
                "caption": sized(output.shape),
                "alt": f"Layer {calls[index].path}, {sized(output.shape)}: unit {int(ranking[0])} "
                f"is the most active, {int((strength == 0).sum())} of {len(output)} are silent.",
                "facts": {
                    "step": subject.step,
                    "layer": calls[index].path,
                    "shown after": shown.path,
                },
            }
        )


def _maps(output: Tensor, order: Tensor, scale: FigureScale) -> ImagesFigure:
    return ImagesFigure(
        images=images_of(output.unsqueeze(1), scale=scale),  # (n, h, w) -> (n, 1, h, w)
        labels=tuple(str(int(unit)) for unit in order),
    )


def _bars(output: Tensor, order: Tensor, scale: FigureScale) -> BarsFigure:
    least, most = finite(float(output.min()), -1.0), finite(float(output.max()), 1.0)
    return BarsFigure(
        labels=tuple(str(int(unit)) for unit in order),
        values=array_of(output),
        low=0.0 if scale == "magnitude" else min(least, 0.0),
        high=max(most, 0.0),
    )
