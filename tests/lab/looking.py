"""What the tests of looking share: subjects to look at, and a check that nothing was disturbed."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss, Task
from lantern.lab.look import Mirror
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Experiment, Part

load_plugins()

POINTS = Experiment(dataset=Part(name="circle"), model=Part(name="mlp"))
IMAGES = Experiment(
    dataset=Part(name="digits"), model=Part(name="small_cnn", params={"channels": [4, 6]})
)
ROWS = Experiment(dataset=Part(name="digits"), model=Part(name="mlp", params={"layers": [12, 8]}))
NORMED = Experiment(
    dataset=Part(name="digits"),
    model=Part(name="small_cnn", params={"channels": [4, 6], "batch_norm": True}),
)
LENET = Experiment(dataset=Part(name="digits"), model=Part(name="lenet5"))
ALL = {"points": POINTS, "images": IMAGES, "rows": ROWS, "normed": NORMED, "lenet": LENET}


@lru_cache(maxsize=8)
def data_of(experiment_json: str) -> Data:
    return load_data(Experiment.model_validate_json(experiment_json), Path("nowhere"))


def run_of(experiment: Experiment, steps: int = 5) -> Run:
    run = Run(experiment, data_of(experiment.model_dump_json()))
    for _ in range(steps):
        run.advance()
    return run


@lru_cache(maxsize=8)
def _trained(name: str, steps: int) -> Run:
    return run_of(ALL[name], steps)


def subject_of(name: str, steps: int = 5) -> Subject:
    """A subject of its own, of a run that is shared between tests."""
    return Mirror().subject(_trained(name, steps), {})


def two_class_images(module: nn.Module) -> Subject:
    """A subject whose module tells bright pictures from dark ones by one output."""
    pictures = torch.rand(40, 1, 6, 6, generator=torch.Generator().manual_seed(1))
    split = Split(pictures, (pictures.mean((1, 2, 3)) > 0.5).long())
    return Subject(
        module=module.eval().requires_grad_(False),
        data=Data(kind="images", train=split, validation=split, classes=("dark", "bright")),
        experiment=IMAGES,
        step=3,
        loss=Loss.make(Part(name="cross_entropy")),
        task=Task.make(Part(name="classification")),
    )


def picture_net(outputs: int = 3, seed: int = 0) -> nn.Module:
    """A small convolutional network for (b, 1, 8, 8), in the way a stranger would write it."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 5, 3, padding=1),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(5 * 16, outputs),
    )


def averaging_net(outputs: int = 3) -> nn.Module:
    """A network for (b, 1, 8, 8) that ends in the mean of each map and one linear layer."""
    torch.manual_seed(2)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, outputs),
    )


class LinearPictures(nn.Module):
    """scores = W x + b over flattened pictures, whose explanations are known in closed form."""

    def __init__(self, shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        by = torch.Generator().manual_seed(7)
        self.flatten = nn.Flatten()
        self.output = nn.Linear(int(torch.tensor(shape).prod()), classes)
        with torch.no_grad():
            self.output.weight.copy_(torch.randn(self.output.weight.shape, generator=by))
            self.output.bias.copy_(torch.randn(classes, generator=by))

    def forward(self, inputs: Tensor) -> Tensor:
        return self.output(self.flatten(inputs))


class Throwing(nn.Module):
    """Goes wrong after its first layer was called."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        self.conv(inputs)
        raise ArithmeticError("this model always throws")


def hooks_on(module: nn.Module) -> int:
    names = [name for name in vars(module) if name.endswith("_hooks")]
    return sum(len(getattr(part, name)) for part in module.modules() for name in names)


def state_of(module: nn.Module) -> tuple[object, ...]:
    """Everything about a module that looking might disturb, in comparable form."""
    return (
        [part.training for part in module.modules()],
        [weight.requires_grad for weight in module.parameters()],
        [None if w.grad is None else w.grad.numpy().tobytes() for w in module.parameters()],
        [tensor.numpy(force=True).tobytes() for tensor in module.state_dict().values()],
        hooks_on(module),
    )


@contextmanager
def undisturbed(*modules: nn.Module) -> Iterator[None]:
    """Fail if the block changes a module, or any global random state."""

    def everything() -> tuple[object, ...]:
        numbers = np.random.get_state()[1].tobytes()
        return (
            [state_of(module) for module in modules],
            torch.get_rng_state().numpy().tobytes(),
            numbers,
            random.getstate(),
            torch.is_grad_enabled(),
        )

    before = everything()
    try:
        yield
    finally:
        assert everything() == before
