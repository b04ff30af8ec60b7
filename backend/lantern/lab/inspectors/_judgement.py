"""What the model says of one input: the start of most inspections."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.subject import Subject
from lantern.lab.wording import class_name, percent
from lantern.protocol.problems import ProblemError


@dataclass(frozen=True)
class Judgement:
    """An input, its class if known, and what the model makes of it."""

    inputs: Tensor
    """(1, *shape)."""
    truth: int | None
    probabilities: Tensor
    """(classes,)."""
    predicted: int
    classes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the class that it takes the input for."""
        return class_name(self.classes, self.predicted)

    @property
    def sentence(self) -> str:
        """What it says in a few words, such as `predicted 3, 99.9 %`."""
        return f"predicted {self.name}, {percent(float(self.probabilities[self.predicted]))}"

    @property
    def facts(self) -> dict[str, str | float | int]:
        """Predicted class, its probability, and the true class where it is known."""
        probability = float(self.probabilities[self.predicted])
        facts: dict[str, str | float | int] = {
            "predicted": self.name,
            "probability": probability,
        }
        if self.truth is not None:
            facts["true class"] = class_name(self.classes, self.truth)
        return facts


def judged(subject: Subject, slot: int) -> Judgement:
    """Return what the model says of the input in a slot."""
    inputs, truth = subject.resolve(slot)
    with torch.no_grad():
        outputs = subject.module(inputs)
    return judgement_of(subject, inputs, truth, outputs)


def judgement_of(subject: Subject, inputs: Tensor, truth: int | None, outputs: Tensor) -> Judgement:
    """Return the judgement that outputs (1, outputs) stand for."""
    probabilities = subject.loss.probabilities(outputs)[0].detach().float().cpu()  # (classes,)
    probabilities = probabilities.nan_to_num(0.0, 0.0, 0.0)
    return Judgement(
        inputs=inputs,
        truth=truth,
        probabilities=probabilities,
        predicted=int(probabilities.argmax()),
        classes=subject.data.classes,
    )


def only_for(subject: Subject, kind: str, inspector: str) -> None:
    """Raise a ProblemError if the data are not of the kind that the inspector shows."""
    if subject.data.kind != kind:
        raise ProblemError(
            f"inspector: {inspector} shows networks that learn from {kind}, "
            f"and this one learns from {subject.data.kind}.",
            field="inspector",
        )


def is_worth_showing(judged: int, total: int) -> bool:
    """Return whether partial results are due: after 64, 128, 256, every 512 and all samples.

    A large network that is trained at the same time judges few samples in a second.
    """
    return judged in {64, 128, 256, total} or judged % 512 == 0


def leaves_with_weights(module: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Return the name and weight of every parameter with more than one dimension, in order."""
    return [(name, weight) for name, weight in module.named_parameters() if weight.dim() > 1]
