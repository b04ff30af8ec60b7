"""The weights of every layer, as histograms."""

from collections.abc import Iterator

from lantern.lab.inspectors._histograms import histogram_of
from lantern.lab.inspectors._judgement import leaves_with_weights
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact
from lantern.protocol.figures import Axis, HistogramFigure


class Weights(Inspector, name="weights", title="Weights"):
    """How large the weights of each layer are, one histogram for each, biases left out."""

    tags = ("points", "images")
    order = 90

    def figures(self, subject: Subject) -> Iterator[HistogramFigure]:
        """Yield the histograms; the facts hold each layer's norm."""
        weights = leaves_with_weights(subject.module)
        norms = {f"norm of {name}": fact(float(weight.norm())) for name, weight in weights}
        spreads = [f"{name} {float(weight.std(correction=0)):.2g}" for name, weight in weights]
        yield HistogramFigure(
            title="Weights",
            caption=f"{sum(weight.numel() for _, weight in weights)} weights",
            alt=f"Histograms of the weights of {len(weights)} layers; standard deviations: "
            f"{', '.join(spreads)}.",
            facts={"step": subject.step, **norms},
            x=Axis(label="weight"),
            series=tuple(histogram_of(name, weight) for name, weight in weights),
        )
