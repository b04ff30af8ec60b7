"""A network as source: one line for each module, and the few classes that PyTorch lacks."""

import inspect
import textwrap
from collections.abc import Iterator

from torch import nn

from lantern.lab.building.dropout import Dropout
from lantern.lab.building.features import Features
from lantern.lab.building.gate import Gate
from lantern.lab.building.scaling import Scaling
from lantern.lab.code.literals import nested
from lantern.protocol.problems import ProblemError

FEATURES = {
    "x1": "x1",
    "x2": "x2",
    "x1_squared": "x1 * x1",
    "x2_squared": "x2 * x2",
    "x1_x2": "x1 * x2",
    "sin_x1": "x1.sin()",
    "sin_x2": "x2.sin()",
    "cos_x1": "x1.cos()",
    "cos_x2": "x2.cos()",
}
"""What a script writes for each feature."""

FEATURES_CLASS = '''\
class Features(nn.Module):
    """What the network is told of each point."""

    def forward(self, points):
        x1, x2 = points.unbind(1)
        return torch.stack([{terms}], dim=1)'''

SCALING_CLASS = '''\
class Scaling(nn.Module):
    """Features on a common scale, fixed by the training points."""

    shift = torch.tensor({shift})
    scale = torch.tensor({scale})

    def forward(self, features):
        return (features - self.shift) / self.scale'''

GATE_CLASS = '''\
class Gate(nn.Module):
    """Units that are switched off put out 0."""

    def __init__(self, is_open):
        super().__init__()
        self.register_buffer("is_open", torch.tensor(is_open).float(), persistent=False)

    def forward(self, inputs):
        return inputs * self.is_open'''

DROPOUT_CLASS = '''\
class Dropout(nn.Module):
    """nn.Dropout, with noise that comes from the seed, the layer and the step alone."""

    step = 0

    def __init__(self, name, rate):
        super().__init__()
        self.name, self.rate = name, rate

    def forward(self, inputs):
        if not self.training or self.rate == 0:
            return inputs
        noise = generator(f"dropout/{self.name}", Dropout.step)
        kept = torch.empty_like(inputs).bernoulli_(1 - self.rate, generator=noise)
        return inputs * (kept / (1 - self.rate))'''


class Network:
    """The source of a network that is a chain of modules.

    `keeps_dropout`: whether dropout layers are written though their rate is 0 at first.
    """

    def __init__(self, module: nn.Module, *, keeps_dropout: bool = False) -> None:
        if not isinstance(module, nn.Sequential):
            raise ProblemError(
                "This model is no plain chain of layers, so it cannot be written as a script.",
                field="format",
                hint="Take the script that uses Lantern itself (format=python).",
            )
        self._keeps_dropout = keeps_dropout
        self._classes: dict[str, str] = {}
        self.lines = [
            f'("{name}", {line}),'
            for name, child in module.named_children()
            if (line := self._line(name, child)) is not None
        ]
        """Of the chain, without indentation."""

    @property
    def classes(self) -> Iterator[str]:
        """Sources of the classes that the chain needs."""
        return iter(self._classes.values())

    @property
    def has_dropout(self) -> bool:
        """Return whether the script has to count the steps for the noise."""
        return "Dropout" in self._classes

    def _line(self, name: str, child: nn.Module) -> str | None:
        match child:
            case Features():
                return self._features(child)
            case Scaling():
                shift, scale = nested(child.shift), nested(child.scale)
                return self._own("Scaling", SCALING_CLASS.format(shift=shift, scale=scale))
            case Gate():
                return self._gate(child)
            case Dropout():
                return self._dropout(name, child)
            case nn.Identity():
                return None
            case nn.Linear():
                return f"nn.Linear({child.in_features}, {child.out_features})"
        if next(child.parameters(), None) is None and next(child.buffers(), None) is None:
            return self._plain(child)
        raise ProblemError(
            f"{name}: a {type(child).__name__} cannot be written into a script yet.",
            field="format",
            hint="Take the script that uses Lantern itself (format=python).",
        )

    def _features(self, child: Features) -> str | None:
        if child.names == ("x1", "x2"):
            return None
        terms = ", ".join(FEATURES[name] for name in child.names)
        return self._own("Features", FEATURES_CLASS.format(terms=terms))

    def _gate(self, child: Gate) -> str | None:
        is_open = [int(unit) for unit in child.open.tolist()]
        if all(is_open):
            return None
        self._own("Gate", GATE_CLASS)
        return f"Gate({is_open})"

    def _dropout(self, name: str, child: Dropout) -> str | None:
        if child.rate == 0 and not self._keeps_dropout:
            return None
        self._own("Dropout", DROPOUT_CLASS)
        return f'Dropout("{name}", {child.rate})'

    def _plain(self, child: nn.Module) -> str:
        """Return a module without numbers: PyTorch's own, or ours with its source."""
        kind = type(child)
        if kind.__module__.startswith("torch.nn."):
            return f"nn.{child!r}".replace("'", '"')
        return self._own(kind.__name__, _class_source(kind))

    def _own(self, name: str, source: str) -> str:
        self._classes[name] = source
        return f"{name}()"


def _class_source(kind: type[nn.Module]) -> str:
    """Return the source of a small class of ours, without annotations that need an import."""
    source = textwrap.dedent(inspect.getsource(kind)).rstrip()
    return source.replace(": Tensor", "").replace(" -> Tensor", "")
