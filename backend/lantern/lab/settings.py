"""What of an experiment may change while its model lives, ready for use in the training step."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn

from lantern.lab.kinds import Architecture, Augmentation, Optimizer, Schedule, Task
from lantern.protocol.experiment import Experiment


@dataclass(frozen=True)
class Settings:
    """The live side of an experiment; another one takes its place at each edit."""

    batch_size: int
    l1: float
    l2: float
    task: Task
    schedule: Schedule
    augmentation: Augmentation | None
    """None where samples are shown as they are."""
    _optimizer: Optimizer
    _architecture: Architecture

    @classmethod
    def of(cls, experiment: Experiment) -> Self:
        """Return the settings of an experiment."""
        augmentation = Augmentation.make(experiment.augmentation)
        return cls(
            batch_size=experiment.training.batch_size,
            l1=experiment.training.l1,
            l2=experiment.training.l2,
            task=Task.make(experiment.task),
            schedule=Schedule.make(experiment.schedule),
            augmentation=None if augmentation.name == "none" else augmentation,
            _optimizer=Optimizer.make(experiment.optimizer),
            _architecture=Architecture.make(experiment.model),
        )

    @property
    def learning_rate(self) -> float:
        """The optimizer's, without the schedule's factor."""
        return self._optimizer.learning_rate

    def adjust(self, module: nn.Module, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Bring module and optimizer into line; `factor` is the schedule's."""
        self._architecture.adjust(module)
        self._optimizer.adjust(optimizer, factor)

    def adjust_rate(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set the learning rate times the schedule's factor."""
        self._optimizer.adjust(optimizer, factor)

    def penalised(self, loss: Tensor, weights: list[nn.Parameter]) -> Tensor:
        """Return the loss plus l1 times the sum of |w| and l2 / 2 times the sum of w squared."""
        if self.l1 > 0:
            loss = loss + self.l1 * torch.stack([w.abs().sum() for w in weights]).sum()
        if self.l2 > 0:
            loss = loss + self.l2 / 2 * torch.stack([w.square().sum() for w in weights]).sum()
        return loss
