"""How every layer fares: its gradient, its weights, the size of its steps, its dead units."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from lantern.lab.inspectors._samples import first_of_training
from lantern.lab.inspectors._units import Units, units_of
from lantern.lab.kinds import Inspector
from lantern.lab.rehearsal import Rehearsal, next_batch, rehearse
from lantern.lab.subject import Subject
from lantern.lab.wording import fact, percent
from lantern.protocol.figures import TableFigure

IMAGES = 32
"""Training images that dead units are looked for with: more would cost what a step costs."""


@dataclass(frozen=True)
class Norms:
    """The numbers of one layer."""

    path: str
    gradient: float
    weight: float
    ratio: float | None
    """Length of the next step over the length of the weights; None where those are all zero."""
    dead: float | None
    saturated: float | None


class LayerNorms(Inspector, name="norms", title="Norms"):
    """Gradient norm, weight norm, update-to-weight ratio and dead units of every layer, now.

    Gradient and update are those of the batch that training takes next, penalties included; a
    ratio near 0.001 is a common rule of thumb. Dead is the share of units that are zero for every
    training sample (of the first 32 images or fewer), saturated the share of tanh or
    sigmoid outputs within 1 % of their limits.
    """

    tags = ("points", "images")
    order = 85
    reads_optimizer = True

    def figures(self, subject: Subject) -> Iterator[TableFigure]:
        """Yield one row for each layer with weights; biases are left out."""
        planned = rehearse(subject, *next_batch(subject), noisy=True)
        inputs, _ = first_of_training(subject, IMAGES if subject.data.kind == "images" else None)
        found = [_norms(units, planned) for units in units_of(subject, inputs)]
        whole = float(torch.stack([g.norm() for g in planned.gradients.values()]).norm())
        rows = tuple(_row(each) for each in found)
        dead = ", ".join(f"{each.path} {percent(each.dead or 0)} dead" for each in found)
        yield TableFigure(
            title="Norms",
            caption=f"gradient norm {whole:.3g}",
            alt=f"Norms of {len(rows)} layers; gradient of the whole {whole:.3g}; {dead}.",
            facts={
                "step": subject.step,
                "samples": len(inputs),
                "batch": len(planned.losses),
                "gradient norm": fact(whole),
            },
            columns=("layer", "gradient", "weights", "update / weights", "dead", "saturated"),
            rows=rows,
        )


def _row(norms: Norms) -> tuple[str | float | None, ...]:
    ratio = None if norms.ratio is None else fact(norms.ratio)
    lengths = fact(norms.gradient), fact(norms.weight)
    return norms.path, *lengths, ratio, norms.dead, norms.saturated


def _norms(units: Units, planned: Rehearsal) -> Norms:
    name = f"{units.path}.weight"
    before, after = planned.before[name], planned.after[name]
    length = float(before.norm())
    return Norms(
        path=units.path,
        gradient=float(planned.gradients[name].norm()),
        weight=length,
        ratio=float((after - before).norm()) / length if length else None,
        dead=units.dead,
        saturated=units.saturated,
    )
