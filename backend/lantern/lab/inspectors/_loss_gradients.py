"""How the loss of some samples depends on what layers put out, and on their weights."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lantern.lab.capture import Call, recording
from lantern.lab.inspectors._samples import first_of_training, in_slot
from lantern.lab.subject import Subject
from lantern.lab.wording import class_name

DOUBT = "The true class is not known, so the predicted one stands for it."


@dataclass(frozen=True)
class Judged:
    """The samples whose mean loss is derived, and how they are named."""

    inputs: Tensor
    """(n, *shape)."""
    targets: Tensor
    """(n,)."""
    words: str
    """Such as `input of class 7` or `first 16 training samples`."""
    warnings: tuple[str, ...] = ()


def of_slot(subject: Subject, slot: int) -> Judged:
    """Return the input in a slot with its true class, or the predicted one where none is known."""
    inputs, targets, is_known = in_slot(subject, slot)
    classes = subject.data.classes
    said = "true" if is_known else "predicted"
    words = f"{said} class {class_name(classes, int(targets[0]))}" if classes else "the input"
    return Judged(inputs, targets, words, () if is_known else (DOUBT,))


def of_training(subject: Subject, most: int) -> Judged:
    """Return the first training samples, at most so many."""
    inputs, targets = first_of_training(subject, most)
    count = len(inputs)
    words = "first training sample" if count == 1 else f"mean of the first {count} training samples"
    return Judged(inputs, targets, words)


def activation_gradients(subject: Subject, judged: Judged) -> tuple[float, list[Call]]:
    """Return the mean loss, and every leaf call with d loss / d output in its output's place.

    The gradient is 0 where the loss does not depend on what a layer puts out.
    """
    with torch.enable_grad(), recording(subject.module, linked=True) as calls:
        # The input carries the gradients, so that nothing is asked of the module's parameters.
        outputs = subject.module(judged.inputs.detach().clone().requires_grad_())
        loss = subject.loss.values(outputs, judged.targets).mean()
        free = [call.output for call in calls if call.output.requires_grad]
        found = iter(torch.autograd.grad(loss, free, allow_unused=True))
    gradients = (next(found) if call.output.requires_grad else None for call in calls)
    return float(loss.detach()), [
        replace(call, output=torch.zeros_like(call.output) if gradient is None else gradient)
        for call, gradient in zip(calls, gradients, strict=True)
    ]


def weight_gradients(
    subject: Subject, inputs: Tensor, targets: Tensor
) -> tuple[float, dict[str, Tensor]]:
    """Return the mean loss and its gradient for each weight of two dimensions or more, by name."""
    # Stand-ins carry the gradients, so that nothing is asked of the module's own parameters.
    free = {
        name: weight.detach().requires_grad_() for name, weight in subject.module.named_parameters()
    }
    with torch.enable_grad():
        outputs = torch.func.functional_call(subject.module, free, (inputs,))
        loss = subject.loss.values(outputs, targets).mean()
        found = torch.autograd.grad(loss, list(free.values()), allow_unused=True)
    gradients = {
        name: gradient
        for (name, weight), gradient in zip(free.items(), found, strict=True)
        if gradient is not None and weight.dim() > 1
    }
    return float(loss.detach()), gradients
