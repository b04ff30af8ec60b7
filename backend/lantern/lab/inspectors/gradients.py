"""The gradients of every layer's weights, as histograms."""

from collections.abc import Iterator
from typing import Annotated

from torch import Tensor

from lantern.lab.inspectors._histograms import histogram_of
from lantern.lab.inspectors._loss_gradients import weight_gradients
from lantern.lab.inspectors._samples import first_of_training, in_slot
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact
from lantern.protocol.figures import Axis, HistogramFigure
from lantern.protocol.model import control

BATCH = 64
"""Training samples whose mean loss is derived."""


class Gradients(Inspector, name="gradients", title="Gradients"):
    """The gradient of the loss with respect to the weights, one histogram for each layer.

    Taken in eval mode, on the first 64 training samples (fewer where the network is large) or on
    the input in a slot, so that steps can be compared. Layers whose gradients are far smaller than
    the others' learn slowly.
    """

    tags = ("points", "images")
    order = 80
    slot: Annotated[int | None, control(ge=0, le=63, widget="input")] = None
    """The input to learn from; the first 64 training samples where none is given."""

    def figures(self, subject: Subject) -> Iterator[HistogramFigure]:
        """Yield the histograms; the facts hold each layer's norm and the loss."""
        inputs, targets, warnings = self._batch(subject)
        loss, gradients = weight_gradients(subject, inputs, targets)
        norms = {name: float(gradient.norm()) for name, gradient in gradients.items()}
        spoken = ", ".join(f"{name} {norm:.2g}" for name, norm in norms.items())
        yield HistogramFigure(
            title="Gradients",
            caption=_caption(loss, len(inputs)),
            alt=f"Histograms of the gradients of {len(norms)} layers; their norms: {spoken}.",
            facts={
                "step": subject.step,
                "samples": len(inputs),
                "loss": fact(loss),
                **{f"norm of {name}": fact(norm) for name, norm in norms.items()},
            },
            warnings=warnings,
            x=Axis(label="d loss / d weight"),
            series=tuple(histogram_of(name, gradient) for name, gradient in gradients.items()),
        )

    def _batch(self, subject: Subject) -> tuple[Tensor, Tensor, tuple[str, ...]]:
        if self.slot is None:
            return *first_of_training(subject, BATCH), ()
        inputs, targets, is_known = in_slot(subject, self.slot)
        doubt = "The true class is not known, so the predicted one stands for it."
        return inputs, targets, () if is_known else (doubt,)


def _caption(loss: float, samples: int) -> str:
    if samples == 1:
        return f"loss {loss:.4g} of 1 sample"
    return f"mean loss {loss:.4g} of {samples} samples"
