"""One step of backpropagation at one neuron, with all numbers in it."""

from collections.abc import Iterator
from typing import Annotated, Literal

import torch
from torch import Tensor

from lantern.lab.inspectors._backprop_figures import (
    Step,
    blame_figure,
    everyone_figure,
    neuron_figure,
)
from lantern.lab.inspectors._judgement import only_for
from lantern.lab.inspectors._neurons import pass_through, place_of
from lantern.lab.inspectors._samples import in_slot
from lantern.lab.kinds import Inspector
from lantern.lab.rehearsal import next_batch, rehearse
from lantern.lab.subject import Subject
from lantern.protocol.figures import TableFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError


class Backprop(Inspector, name="backprop", title="Step"):
    """One training step at one neuron: forward, loss, backward and update, with its numbers.

    z = sum of w_j a_j + b and a = f(z); delta = dC/dz; dC/dw_j = a_j delta and dC/db = delta; and
    the weights that the session's optimizer would make of it (Nielsen, 2015, chapter 2). For a
    batch the numbers are means over its samples.
    """

    tags = ("points",)
    order = 82
    reads_optimizer = True
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The neuron's layer; the last hidden one where none is named."""
    unit: Annotated[int, control(ge=0, le=4095)] = 0
    """Which neuron of the layer, from 0."""
    of: Literal["sample", "batch"] = "sample"
    """One sample by itself, or the batch that training takes next."""
    index: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Which sample of the training set."""
    slot: Annotated[int | None, control(ge=0, le=63, widget="input")] = None
    """The input in a slot in place of a sample of the training set."""

    def figures(self, subject: Subject) -> Iterator[TableFigure]:
        """Yield the neuron's inputs, what its delta is made of, and all neurons of the network."""
        only_for(subject, "points", "backprop")
        inputs, targets = self._samples(subject)
        noisy = self.of == "batch"
        layers, losses = pass_through(subject, inputs, targets, noisy=noisy)
        step = Step(
            subject=subject,
            inputs=inputs,
            targets=targets,
            losses=losses,
            layers=layers,
            place=place_of(layers, self.layer, self.unit),
            unit=self.unit,
            planned=rehearse(subject, inputs, targets, noisy=noisy),
        )
        yield neuron_figure(step)
        yield blame_figure(step)
        yield everyone_figure(step)

    def _samples(self, subject: Subject) -> tuple[Tensor, Tensor]:
        if self.of == "batch":
            return next_batch(subject)
        if self.slot is not None:
            inputs, targets, _ = in_slot(subject, self.slot)
            return inputs, targets
        split = subject.data.train
        if self.index >= len(split):
            raise ProblemError(
                f"index: there are {len(split)} training samples, numbered from 0; "
                f"there is no {self.index}.",
                field="index",
            )
        inputs, targets = split.batch(torch.tensor([self.index], device=split.targets.device))
        return inputs.to(subject.device), targets.to(subject.device)
