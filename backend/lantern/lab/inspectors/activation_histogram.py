"""The activations of every layer over the training set, as histograms."""

from collections.abc import Iterator

from lantern.lab.inspectors._histograms import histogram_of
from lantern.lab.inspectors._samples import first_of_training
from lantern.lab.inspectors._units import units_of
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import percent
from lantern.protocol.figures import Axis, HistogramFigure


class ActivationHistogram(Inspector, name="activation_histogram", title="Activation histogram"):
    """What the units of each layer put out for the training samples, one histogram for each layer.

    Taken behind the non-linearity, over all training points or the first 256 images, fewer where
    the network is large. A tanh layer piled up at -1 and 1, or a ReLU layer at 0, passes hardly any
    gradient on.
    """

    tags = ("points", "images")
    order = 95

    def figures(self, subject: Subject) -> Iterator[HistogramFigure]:
        """Yield the histograms; the facts hold the share of dead units of each layer."""
        inputs, _ = first_of_training(subject)
        layers = units_of(subject, inputs)
        dead = {layer.path: layer.dead for layer in layers if layer.dead is not None}
        spoken = ", ".join(f"{path} {percent(share)}" for path, share in dead.items()) or "none"
        yield HistogramFigure(
            title="Activations",
            caption=f"{len(inputs)} training samples",
            alt=f"Histograms of the activations of {len(layers)} layers over {len(inputs)} samples;"
            f" units that are always zero: {spoken}.",
            facts={
                "step": subject.step,
                "samples": len(inputs),
                **{f"dead in {path}": share for path, share in dead.items()},
            },
            x=Axis(label="activation"),
            series=tuple(histogram_of(layer.path, layer.outputs) for layer in layers),
        )
