"""Runs for the tests of the fused kernel."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from lantern.lab.data import Data, Split
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import Edit, Experiment, Part, Training

CIRCLE = Part(name="circle", params={"samples": 60, "noise": 0.1})


def network(*, training: dict | None = None, model: dict | None = None, **fields) -> Experiment:
    """Return a 2-4-2-1 network on a circle, with changes."""
    defaults = {
        "dataset": CIRCLE,
        "model": Part(name="mlp", params={"layers": [4, 2], **(model or {})}),
        "loss": Part(name="squared"),
        "optimizer": Part(name="sgd"),
        "training": Training(**{"batch_size": 10, **(training or {})}),
        "seed": 3,
    }
    return Experiment(**{**defaults, **fields})


def begin(
    experiment: Experiment, edits: Sequence[Edit] = (), *, dtype: torch.dtype = torch.float32
) -> Run:
    """Return the run of an experiment, with weights and data of a dtype."""
    data = _converted(load_data(experiment, Path("/nonexistent")), dtype)
    with _default_dtype(dtype):
        return Run(experiment, data, edits)


def eager(experiment: Experiment) -> Experiment:
    """Return the same on PyTorch's own path."""
    training = experiment.training.model_copy(update={"engine": "eager"})
    return experiment.model_copy(update={"training": training})


def differences(one: Run, other: Run) -> dict[str, float]:
    """Return how far all that training has changed is apart, by name."""
    first, second = one.tensors(), other.tensors()
    assert first.keys() == second.keys()
    return {name: float((first[name] - second[name]).abs().max()) for name in first}


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def _converted(data: Data, dtype: torch.dtype) -> Data:
    def convert(split: Split) -> Split:
        targets = split.targets
        is_float = targets.is_floating_point()
        return Split(split.inputs.to(dtype), targets.to(dtype) if is_float else targets)

    return dataclasses.replace(data, train=convert(data.train), validation=convert(data.validation))
