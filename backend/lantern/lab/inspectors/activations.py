"""The activations of one layer for one input, or how the loss depends on them."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import Call, layer_call, settled, traced
from lantern.lab.inspectors._loss_gradients import activation_gradients, of_slot
from lantern.lab.inspectors._network_images import scale_of
from lantern.lab.inspectors._reach import REACH, reach_of_calls
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact, finite, sized
from lantern.protocol.figures import BarsFigure, FigureScale, ImagesFigure
from lantern.protocol.model import control


class Activations(Inspector, name="activations", title="Activations"):
    """What every unit of a layer puts out for the input in a slot, or what the loss makes of it.

    A convolution gives one map for each channel, a linear layer one number for each unit. The
    gradients say how the loss would change with each of these numbers: where they are blue, less
    activation makes the loss smaller.
    """

    tags = ("points", "images")
    order = 60
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer; the last convolution where none is named, else the last hidden layer."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that the layer looks at."""
    show: Literal["values", "gradients"] = "values"
    """The activations, or d loss / d activation: of the true class's loss where it is known."""
    order_by: Annotated[Literal["index", "strength"], control(alias="order")] = "index"
    """As they are numbered, or the strongest first."""
    after_activation: bool = True
    """Show what the non-linearity behind the layer makes of it."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | BarsFigure]:
        """Yield the maps, or bars where each unit is one number."""
        calls, words, facts, warnings = self._calls(subject)
        index = layer_call(calls, self.layer)
        shown = settled(calls, index) if self.after_activation else calls[index]
        output = shown.output[0].detach().float().cpu()  # (channels, h, w) or (units,)
        has_maps = output.dim() == 3 and output[0].numel() > 1
        output = output if has_maps else output.flatten()
        strength = output.abs().flatten(1).mean(1) if has_maps else output.abs()
        ranking = strength.argsort(descending=True, stable=True)
        order = ranking if self.order_by == "strength" else torch.arange(len(output))
        scale = scale_of(shown, calls) if self.show == "values" else "signed"
        show = _maps if has_maps else _bars
        reach = reach_of_calls(calls, after_activation=self.after_activation)
        yield show(output[order], order, scale).model_copy(
            update={
                "title": calls[index].path,
                "caption": " · ".join((sized(output.shape), *words)),
                "alt": self._said(calls[index].path, output, strength),
                "facts": {
                    "step": subject.step,
                    "layer": calls[index].path,
                    "shown after": shown.path,
                    "show": self.show,
                    REACH: fact(reach),
                    **facts,
                },
                "warnings": warnings,
            }
        )

    def _calls(
        self, subject: Subject
    ) -> tuple[list[Call], tuple[str, ...], dict[str, str | float | int], tuple[str, ...]]:
        """Return the calls with what is shown of each, and words, facts and warnings to go with."""
        if self.show == "values":
            inputs, _ = subject.resolve(self.slot)
            return traced(subject.module, inputs)[0], (), {}, ()
        judged = of_slot(subject, self.slot)
        loss, calls = activation_gradients(subject, judged)
        words = ("d loss / d activation", f"loss {loss:.3g}, {judged.words}")
        return calls, words, {"loss": fact(loss), "loss of": judged.words}, judged.warnings

    def _said(self, path: str, output: Tensor, strength: Tensor) -> str:
        first, silent = int(strength.argmax()), int((strength == 0).sum())
        if self.show == "values":
            what, most = f"Layer {path}", f"unit {first} is the most active, {silent}"
            return f"{what}, {sized(output.shape)}: {most} of {len(output)} are silent."
        what = f"Gradient of the loss by what layer {path} puts out, {sized(output.shape)}"
        most = f"largest at unit {first}, 0 at {silent} of {len(output)}"
        return f"{what}: {most}; orange below 0 and blue above."


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
