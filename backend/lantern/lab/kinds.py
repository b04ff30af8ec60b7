"""The eleven kinds of plugin, each an abstract class with one or two verbs."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from lantern.lab.data import Data
from lantern.lab.plugin import Plugin
from lantern.lab.questions import Explanation, Question
from lantern.lab.subject import Progress, Subject
from lantern.protocol.events import Stage
from lantern.protocol.figures import Figure
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import View

if TYPE_CHECKING:
    from lantern.lab.run import Run


@dataclass(frozen=True)
class RemoteFile:
    """A file that a dataset needs in its folder."""

    path: str
    """Relative to the data folder, such as `MNIST/raw/train-images-idx3-ubyte.gz`."""
    urls: tuple[str, ...]
    sha256: str
    size_bytes: int


class Dataset(Plugin, kind="dataset"):
    """Samples with their targets, split into training and validation."""

    files: ClassVar[tuple[RemoteFile, ...]] = ()
    """What must lie in the data folder first; the worker fetches what is missing."""

    @abstractmethod
    def load(self, folder: Path, seed: int) -> Data:
        """Return the data; the same fields and seed give the same tensors."""

    def loading(self, folder: Path, seed: int) -> Iterator[Progress | Data]:
        """Yield what `load` returns, last; data that take long to read yield Progress before."""
        yield self.load(folder, seed)

    @classmethod
    def missing(cls, folder: Path) -> tuple[RemoteFile, ...]:
        """Return the files that have to be fetched into the data folder first.

        Their size is no sign: the same numbers may have been compressed anew. A damaged file is
        found by `load`.
        """
        return tuple(file for file in cls.files if not (folder / file.path).is_file())


class Architecture(Plugin, kind="model"):
    """A model to train."""

    @abstractmethod
    def build(self, data: Data, outputs: int) -> nn.Module:
        """Return the module, its weights from torch's global generator (seeded by the caller).

        It maps float inputs (b, *data.shape) to (b, outputs). Modules bear readable names; every
        non-linearity is a module of its own, not in-place, used once.
        """

    def adjust(self, module: nn.Module) -> None:
        """Bring the module into line with this plugin's `live` fields (dropout, closed units)."""


class Loss(Plugin, kind="loss"):
    """What training makes small.

    Its tags say what it is made for: `classes`, `values` (regression), or both.
    """

    def outputs(self, classes: int) -> int:
        """Return how many numbers the model must put out: 1 for regression and for two classes."""
        return classes if classes > 2 else 1

    @abstractmethod
    def values(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the loss of each sample, (b,), from outputs (b, outputs) and targets (b,)."""

    def probabilities(self, outputs: Tensor) -> Tensor:
        """Return what the outputs say of each class, (b, classes); two of them from one output."""
        raise ProblemError(
            f"loss: {self.name!r} is made for values, so it says nothing of classes.",
            field="loss.name",
        )

    def prediction(self, outputs: Tensor) -> Tensor:
        """Return the value that the outputs (b, 1) say, (b,), for regression."""
        return outputs[:, 0]

    def check(self, data: Data) -> None:
        """Raise a ProblemError for data that this loss cannot measure."""


class Optimizer(Plugin, kind="optimizer"):
    """How the gradients become steps."""

    learning_rate: float

    @abstractmethod
    def build(self, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        """Return the torch optimizer."""

    @abstractmethod
    def adjust(self, optimizer: torch.optim.Optimizer, factor: float) -> None:
        """Set this plugin's `live` fields on it; the learning rate times the schedule's factor."""


class Schedule(Plugin, kind="schedule"):
    """How the learning rate changes with time."""

    @abstractmethod
    def factor(self, step: int, epoch: float) -> float:
        """Return what the learning rate is multiplied by at this step."""


class Augmentation(Plugin, kind="augmentation"):
    """How training images are changed before they are shown to the model."""

    @abstractmethod
    def apply(self, inputs: Tensor, generator: torch.Generator) -> Tensor:
        """Return changed inputs of the same shape; all randomness from the CPU generator."""


class Task(Plugin, kind="task"):
    """A way of learning: it owns the training step, its metrics and its natural views."""

    @abstractmethod
    def step(self, run: "Run") -> Iterator[Stage]:
        """Do one training step, yielding the name of each stage once it is done."""

    @abstractmethod
    def evaluate(self, module: nn.Module, data: Data, loss: Loss) -> dict[str, float]:
        """Return metrics of an eval-mode module: `validation_loss`, `validation_accuracy`, ..."""

    def measuring(
        self, module: nn.Module, data: Data, loss: Loss, *, at_once: int | None = None
    ) -> Iterator[Progress | dict[str, float]]:
        """Yield Progress now and then, and last what `evaluate` returns.

        Judges `at_once` samples in a pass, where the task can be told.
        """
        yield self.evaluate(module, data, loss)

    def validation_loss(self, module: nn.Module, data: Data, loss: Loss) -> float:
        """Return one of the metrics alone, which the conditions to stop ask for often."""
        return self.evaluate(module, data, loss)["validation_loss"]

    @abstractmethod
    def views(self, data: Data) -> tuple[View, ...]:
        """Return what a page shows first."""


class Inspector(Plugin, kind="inspector"):
    """A way of looking at a session."""

    long: ClassVar[bool] = False
    """Long ones get their own copy of the weights and are interleaved with training."""
    live: ClassVar[bool] = True
    """Live ones are repeated as training goes on; others are computed once until asked again."""
    reads_optimizer: ClassVar[bool] = False
    """It looks at the optimizer's memory, which is not copied: never while a step is done."""

    @property
    def runs_long(self) -> bool:
        """Whether it is long with these parameters (an attribution is where its method is)."""
        return self.long

    def looks_at(self, slot: int) -> bool:
        """Return whether another input in a slot changes what is seen."""
        return getattr(self, "slot", None) == slot

    @abstractmethod
    def figures(self, subject: Subject) -> Iterator[Figure | Progress]:
        """Yield what is to be seen; long ones yield Progress and partial figures on the way.

        Every run of figures yielded between two Progress values replaces the one before.
        """


class Attribution(Plugin, kind="attribution"):
    """A way to say which parts of the input made the model decide."""

    signed: ClassVar[bool] = True
    layered: ClassVar[bool] = False
    """It looks at the maps of one layer, whose path it is given."""
    long: ClassVar[bool] = False
    """It takes many evaluations, so `progressive` tells how far it is."""
    joint: ClassVar[bool] = False
    """All channels of a pixel share one score, so that they are not added up."""
    contrasted: ClassVar[bool] = False
    """It compares with other inputs: the question's `background`."""

    @abstractmethod
    def attribute(self, question: Question) -> Tensor:
        """Return raw signed float32 scores: (b, c, h, w), or (b, 1, h', w') for a layer's map.

        The scores of one input do not depend on the others.
        """

    def progressive(self, question: Question) -> Iterator[Progress | Explanation]:
        """Yield the explanation, last; long methods yield Progress and what they have so far."""
        scores = self.attribute(question)
        yield Explanation(scores, self.checks(question, scores), self.cautions(question))

    def checks(self, question: Question, scores: Tensor) -> dict[str, float]:
        """Return numbers that tell how far to trust the scores, such as a completeness gap."""
        return {}

    def cautions(self, question: Question) -> tuple[str, ...]:
        """Return sentences that a reader must know before trusting the scores."""
        return ()


class Attack(Plugin, kind="attack"):
    """A way to make a model err by a small change of its input."""

    @abstractmethod
    def perturb(self, model: nn.Module, inputs: Tensor, labels: Tensor) -> Tensor:
        """Return adversarial inputs (b, c, h, w) within 0-1; `model` gives scores (b, classes)."""


class Demo(Plugin, kind="demo"):
    """Figures of parameters alone, with no session."""

    @abstractmethod
    def figures(self) -> Iterator[Figure]:
        """Yield what is to be seen."""


KINDS: tuple[type[Plugin], ...] = (
    Dataset,
    Architecture,
    Task,
    Loss,
    Optimizer,
    Schedule,
    Augmentation,
    Inspector,
    Attribution,
    Attack,
    Demo,
)
