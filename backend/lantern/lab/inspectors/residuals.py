"""What a regression says against what it ought to say."""

from collections.abc import Iterator

import torch
from torch import Tensor

from lantern.lab.arrays import array_of
from lantern.lab.data import Split
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.lab.wording import fact
from lantern.protocol.figures import Axis, ScatterFigure
from lantern.protocol.problems import ProblemError

MOST = 2000
"""Samples of each split at most."""


class Residuals(Inspector, name="residuals", title="Predicted and true"):
    """Each sample at (true value, predicted value); on the diagonal the network is right.

    For regression. RMSE and R squared (1 less the residual over the total sum of squares) are those
    of the validation samples shown.
    """

    tags = ("values",)
    order = 52

    def figures(self, subject: Subject) -> Iterator[ScatterFigure]:
        """Yield the scatter; validation points are held out."""
        data = subject.data
        if data.classes:
            raise ProblemError(
                "task: these data have classes, so there is no value to compare.",
                field="task.name",
                hint="The confusion matrix shows which class was taken for which.",
            )
        pairs = [_pairs(subject, split) for split in (data.train, data.validation)]
        held_out = torch.cat([torch.full((len(pair),), float(i)) for i, pair in enumerate(pairs)])
        points = torch.cat(pairs)
        rmse, r2 = _quality(pairs[1])
        low, high = _range(points)
        yield ScatterFigure(
            title="Predicted and true",
            caption=f"RMSE {rmse:.4g}, R² {r2:.4g}",
            alt=f"{len(points)} samples; on the validation set the root mean square error is "
            f"{rmse:.4g}, R squared {r2:.4g}.",
            facts={"step": subject.step, "rmse": fact(rmse), "r2": fact(r2)},
            x=Axis(label="true"),
            y=Axis(label="predicted"),
            points=array_of(points.nan_to_num(0.0)),
            labels=array_of(torch.zeros(len(points)), "u1"),
            held_out=array_of(held_out, "u1"),
            extent=(low, high, low, high),
        )


def _pairs(subject: Subject, split: Split) -> Tensor:
    count = min(MOST, len(split))
    inputs, targets = split.batch(torch.arange(count, device=split.targets.device))
    with torch.no_grad():
        said = subject.loss.prediction(subject.module(inputs.to(subject.device)))
    return torch.stack([targets.float().cpu(), said.float().cpu()], dim=1)  # (n, 2)


def _quality(pairs: Tensor) -> tuple[float, float]:
    true, said = pairs.double().unbind(1)
    error = (true - said).square()
    spread = (true - true.mean()).square().sum()
    return float(error.mean().sqrt()), float(1 - error.sum() / spread)


def _range(points: Tensor) -> tuple[float, float]:
    known = points[points.isfinite().all(dim=1)]
    if not len(known):
        return -1.0, 1.0
    low, high = float(known.min()), float(known.max())
    edge = 0.05 * (high - low) or 0.5
    return low - edge, high + edge
