"""The order in which training samples come: a permutation of its own for each epoch."""

import torch
from torch import Tensor

from lantern.lab.data import Split
from lantern.lab.randomness import generator_for, seed_for

STREAM = "order"
"""Of random numbers that permutations come from."""

SMALL_BYTES = 2_000_000
"""Sets up to this size are gathered once an epoch, so that a batch is a slice."""


class BatchOrder:
    """Deals the training set in shuffled batches; the last one of an epoch may be short.

    Its whole state is (epoch, position), and neither depends on the batch size, so that a batch
    size changed inside an epoch goes on where the old one stopped.
    """

    def __init__(self, split: Split, seed: int, *, at: tuple[int, int] = (0, 0)) -> None:
        self._split = split
        self._seed = seed
        self._is_small = split.inputs.numel() * 4 <= SMALL_BYTES
        self.epochs = 0
        """Epochs that are complete."""
        self.position = 0
        """Samples of the present epoch that were trained on."""
        self._is_behind = True
        """Whether the samples have yet to be shuffled for the present epoch."""
        self.place(*at)

    def __len__(self) -> int:
        """Return the number of training samples."""
        return len(self._split)

    @property
    def epoch(self) -> float:
        """How often each sample was seen, on average."""
        return self.epochs + self.position / len(self._split)

    def batch(self, size: int) -> tuple[Tensor, Tensor]:
        """Return the next inputs (b, *shape) and targets (b,), b <= size, without going on."""
        if self._is_behind:
            self._shuffle()
        end = self.position + size
        if self._is_small:
            return self._inputs[self.position : end], self._targets[self.position : end]
        return self._split.batch(self._indices[self.position : end])

    def move(self, count: int) -> None:
        """Go on by the samples of a batch."""
        self.position += count
        if self.position >= len(self._split):
            self.epochs, self.position = self.epochs + 1, 0
            self._shuffle()

    def place(self, epochs: int, position: int) -> None:
        """Go to a place in the order; one beyond the last sample is the next epoch's beginning."""
        is_beyond = position >= len(self._split)
        self.epochs, self.position = (epochs + 1, 0) if is_beyond else (epochs, position)
        self._is_behind = True

    def seeds(self, count: int) -> list[int]:
        """Return the seeds that the present epoch and those after it are shuffled with."""
        return [seed_for(self._seed, STREAM, self.epochs + ahead) for ahead in range(count)]

    def _shuffle(self) -> None:
        count = len(self._split)
        order = torch.randperm(count, generator=generator_for(self._seed, STREAM, self.epochs))
        self._is_behind = False
        self._indices = order.to(self._split.targets.device)
        if self._is_small:
            self._inputs, self._targets = self._split.batch(self._indices)
