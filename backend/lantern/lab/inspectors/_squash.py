"""What the loss makes of the last layer's z before it compares it with the target."""

from dataclasses import dataclass

from torch import Tensor

from lantern.lab.subject import Subject

SQUASHED = {
    "squared": ("tanh", "softmax"),
    "absolute": ("tanh", "softmax"),
    "huber": ("tanh", "softmax"),
    "cross_entropy": ("sigmoid", "softmax"),
}
"""Loss to what it puts on one output, and on several; other losses take z as it is."""
MARGINS = frozenset({"hinge", "squared_hinge", "exponential"})
"""Losses that want +1 of the true class and -1 of the others, of one output or several."""


@dataclass(frozen=True)
class Squash:
    """The last layer as the loss sees it."""

    name: str
    """`tanh`, `sigmoid`, `softmax` or `linear`."""
    a: Tensor
    """(b, outputs)."""
    slope: Tensor | None
    """(b, outputs), da/dz; None where each output depends on all z (softmax)."""


def squash_of(subject: Subject, z: Tensor, targets: Tensor) -> Squash:
    """Return what the session's loss makes of outputs z (b, outputs)."""
    names = SQUASHED.get(subject.loss.name)
    if names is None or targets.is_floating_point():
        return Squash("linear", z, z.new_ones(z.shape))
    if z.shape[1] > 1:
        return Squash(names[1], z.softmax(dim=1), None)
    a = z.tanh() if names[0] == "tanh" else z.sigmoid()
    return Squash(names[0], a, 1 - a * a if names[0] == "tanh" else a * (1 - a))


def target_of(subject: Subject, targets: Tensor, unit: int) -> float:
    """Return what the unit ought to say of one sample, in the way its loss counts classes."""
    target = float(targets[0])
    if targets.is_floating_point():
        return target
    name = subject.loss.name
    several = subject.loss.outputs(len(subject.data.classes)) > 1
    wanted = float(int(target) == unit) if several else target
    is_signed = name in MARGINS or (not several and name != "cross_entropy")
    return 2 * wanted - 1 if is_signed else wanted
