"""A run as a script that needs PyTorch and nothing else, and gives the same numbers."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from lantern.lab.code.changes import group_of, paths_of, statements
from lantern.lab.code.lift import Lift, known_of
from lantern.lab.code.literals import nested, table
from lantern.lab.code.network import Network
from lantern.lab.code.parts import FROZEN, GENERATOR, HEAD, MAIN, VALIDATION, indented, tidied
from lantern.lab.construction import build_model
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss, Optimizer, Schedule
from lantern.lab.randomness import seed_for
from lantern.protocol.experiment import Edit, Experiment
from lantern.protocol.problems import ProblemError

LITERAL_WEIGHTS = 2000
"""Models with more weights draw them anew, from the seed that the run drew them from."""
LEAST_STEPS, MOST_STEPS = 200, 20_000

INITIAL = {
    "xavier_uniform": "nn.init.xavier_uniform_(layer.weight)",
    "xavier_normal": "nn.init.xavier_normal_(layer.weight)",
    "he_uniform": 'nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")',
    "he_normal": 'nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")',
    "uniform": "nn.init.uniform_(layer.weight, -0.5, 0.5)",
    "zeros": "nn.init.zeros_(layer.weight)",
}
"""What a script writes for each way to draw the first weights."""


@dataclass(frozen=True)
class Story:
    """What a script tells: an experiment, its data, and what was changed while it ran."""

    base: Experiment
    """At step 0."""
    current: Experiment
    """As it stands."""
    edits: Sequence[Edit]
    data: Data
    step: int

    def plain(self) -> tuple[Experiment, Mapping[int, list[str]], str]:
        """Return the experiment to begin with, the changes by step, and a note for the reader."""
        changes = statements(self.base, self.edits)
        if changes is not None:
            return self.base, changes, ""
        at = ", ".join(str(step) for step in sorted({edit.step for edit in self.edits})[:8])
        note = (
            f"\n\nThe run was changed by hand at step {at} in ways that a short script cannot\n"
            "repeat, so this is the experiment as it stands now, from its first step."
        )
        return self.current, {}, note


def script_of(story: Story) -> str:
    """Return the script; ProblemError where the data or the model do not fit into one."""
    if story.data.kind != "points":
        raise ProblemError(
            "Images do not fit into a script of plain PyTorch.",
            field="format",
            hint="Take the script that uses Lantern itself (format=python).",
        )
    experiment, changes, note = story.plain()
    return "\n\n\n".join(_Writer(experiment, changes, story).parts(note)) + "\n"


class _Writer:
    """Writes the parts of one script."""

    def __init__(
        self, experiment: Experiment, changes: Mapping[int, list[str]], story: Story
    ) -> None:
        self.experiment, self.changes, self.data = experiment, changes, story.data
        self.steps = min(max(story.step, LEAST_STEPS), MOST_STEPS)
        self.loss = Loss.make(experiment.loss)
        module, _ = build_model(experiment, story.data, self.loss)
        self.module = module.cpu()
        self.network = Network(self.module)
        self.outputs = self.loss.outputs(len(story.data.classes))
        self.paths = set(paths_of(story.edits)) if changes else set[str]()
        weights = sum(weight.numel() for weight in self.module.parameters())
        self.is_literal = weights <= LITERAL_WEIGHTS or self._initialisation not in INITIAL

    def parts(self, note: str) -> Iterator[str]:
        """Yield the parts, from what a reader wants first to the numbers at the end."""
        main, functions = self._main(has_noise=self.network.has_dropout), self._functions()
        yield HEAD.format(
            title=_title(self.experiment),
            note=note,
            imports=_imports(functions),
            seed=self.experiment.seed,
            steps=self.steps,
            threads=self.experiment.training.threads,
        )
        yield main
        yield self._network()
        yield from self.network.classes
        yield functions
        yield GENERATOR.replace("TYPE", "int64" if self.data.classes else "float32")
        yield self._numbers()
        yield 'if __name__ == "__main__":\n    main()'

    @property
    def _initialisation(self) -> str:
        return str(self.experiment.model.params.get("initialisation", "xavier_uniform"))

    def _main(self, *, has_noise: bool) -> str:
        training = self.experiment.training
        has_l1 = training.l1 > 0 or "training.l1" in self.paths
        has_l2 = training.l2 > 0 or "training.l2" in self.paths
        body = MAIN.format(
            settings=indented(self._settings(has_l1=has_l1, has_l2=has_l2), 1),
            optimizer=self._optimizer(),
            frozen=indented(self._frozen_begin(), 1),
            changes=indented(self._changes(), 2),
            rate=indented(self._rate(), 2),
            noise=indented(["Dropout.step = step"] if has_noise else [], 2),
            objective=indented(_objective(has_l1=has_l1, has_l2=has_l2), 2),
            held=indented(self._frozen_hold(), 2),
        )
        return tidied(body) + VALIDATION[bool(self.data.classes), self.outputs > 1]

    def _settings(self, *, has_l1: bool, has_l2: bool) -> list[str]:
        training = self.experiment.training
        rate = Optimizer.make(self.experiment.optimizer).learning_rate
        lines = [f"batch_size = {training.batch_size}", f"learning_rate = {rate}"]
        lines += [f"l1 = {training.l1}"] if has_l1 else []
        lines += [f"l2 = {training.l2}"] if has_l2 else []
        return lines

    def _optimizer(self) -> str:
        """Return the call of torch's optimizer, with what differs from its defaults."""
        plugin = Optimizer.make(self.experiment.optimizer)
        kind = type(plugin.build([nn.Parameter(torch.zeros(1))]))
        if not kind.__module__.startswith("torch.optim"):
            raise ProblemError(f"optimizer: {plugin.name!r} is none of PyTorch's.", field="format")
        usual = inspect.signature(kind.__init__).parameters
        settings = [
            f"{key}={value}"
            for key, value in group_of(plugin).items()
            if key != "lr" and key in usual and usual[key].default != value
        ]
        call = ", ".join(["model.parameters()", "lr=learning_rate", *settings])
        return f"torch.optim.{kind.__name__}({call})"

    def _rate(self) -> list[str]:
        is_constant = self.experiment.schedule.name == "constant"
        if is_constant and not any(path.startswith("optimizer.") for path in self.paths):
            return []
        share = "" if is_constant else " * factor(step, epochs + position / len(inputs))"
        return [
            "for group in optimizer.param_groups:",
            f'    group["lr"] = learning_rate{share}',
        ]

    def _changes(self) -> list[str]:
        lines: list[str] = []
        for step, statements_there in sorted(self.changes.items()):
            lines.append(f"if step == {step}:  # changed by hand here")
            lines += [f"    {line}" for line in statements_there]
        return lines

    def _frozen_begin(self) -> list[str]:
        return FROZEN.begin(self.experiment.training.frozen)

    def _frozen_hold(self) -> list[str]:
        return FROZEN.hold if self.experiment.training.frozen else []

    def _network(self) -> str:
        chain = "\n".join(f"        {line}" for line in self.network.lines)
        lines = ["def network():", '    """The network, with the first weights of the run."""']
        if not self.is_literal:
            seed = seed_for(self.experiment.seed, "weights")
            lines.append(f"    torch.manual_seed({seed})")
        lines += ["    model = nn.Sequential(OrderedDict([", chain, "    ]))"]
        if self.is_literal:
            lines += ["    model.load_state_dict(WEIGHTS)"]
        else:
            bias = 0.1 if self._initialisation == "uniform" else 0.0
            lines += ["    for layer in model:", "        if isinstance(layer, nn.Linear):"]
            lines += [f"            {INITIAL[self._initialisation]}"]
            lines += [f"            nn.init.constant_(layer.bias, {bias})"]
        return "\n".join([*lines, "    return model"])

    def _functions(self) -> str:
        lift = Lift(known_of(self.outputs, has_classes=bool(self.data.classes)))
        lift.method(self.loss, "values", called="loss_of")
        if self.experiment.schedule.name != "constant":
            lift.method(Schedule.make(self.experiment.schedule), "factor", called="factor")
        return lift.source()

    def _numbers(self) -> str:
        kind = "class index" if self.data.classes else "value"
        parts = [
            f"# x1, x2 and {kind} of each point.\nTRAIN = {_rows(self.data.train)}",
            f"VALIDATION = {_rows(self.data.validation)}",
        ]
        if self.is_literal:
            weights = self.module.state_dict()
            linear = {name for name, _ in self.module.named_parameters()}
            lines = [
                f'    "{name}": torch.tensor({_inside(weight)}),'
                for name, weight in weights.items()
                if name in linear
            ]
            parts.append("WEIGHTS = {\n" + "\n".join(lines) + "\n}")
        return "\n\n".join(parts)


def _imports(functions: str) -> str:
    lines = ["import hashlib"]
    lines += ["import math"] if "math." in functions else []
    lines += ["from collections import OrderedDict", "", "import torch", "from torch import nn"]
    lines += ["from torch.nn import functional as F"] if "F." in functions else []
    return "\n".join(lines)


def _inside(weight: Tensor) -> str:
    return nested(weight).replace("\n", "\n    ")


def _rows(split: Split) -> str:
    points, targets = split.inputs.cpu().tolist(), split.targets.cpu().tolist()
    return table([*point, target] for point, target in zip(points, targets, strict=True))


def _objective(*, has_l1: bool, has_l2: bool) -> list[str]:
    """Return the sum that is made small: mean loss and penalties on weights, not on biases."""
    lines = ["objective = loss"]
    if has_l1 or has_l2:
        lines.append("weights = [weight for weight in model.parameters() if weight.dim() > 1]")
    if has_l1:
        lines.append("sizes = torch.stack([weight.abs().sum() for weight in weights])")
        lines.append("objective = objective + l1 * sizes.sum()")
    if has_l2:
        lines.append("squares = torch.stack([weight.square().sum() for weight in weights])")
        lines.append("objective = objective + l2 / 2 * squares.sum()")
    return lines


def _title(experiment: Experiment) -> str:
    name = experiment.title or f"{experiment.model.name} on {experiment.dataset.name}"
    return name.replace("\\", " ").replace('"""', " ")
