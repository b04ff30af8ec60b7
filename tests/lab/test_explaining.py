"""`lantern.lab.explain` is for any module, comes without torch, and leaves memory as it was."""

import gc
import subprocess
import sys
from contextlib import suppress

import pytest
import torch
from tests.lab.looking import averaging_net, undisturbed
from torch import Tensor, nn

import lantern.lab
from lantern.lab.kinds import Attribution
from lantern.lab.plugin import load_plugins

load_plugins()
PICTURE = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(3))
PROBE = """
import sys
import lantern.lab
assert "torch" not in sys.modules
from lantern.lab import explain
import torch
found = explain(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)),
                torch.ones(1, 1, 2, 2), 1, "saliency")
print(tuple(found.shape), lantern.lab.explain is explain)
"""


def test_it_is_imported_by_name_and_brings_torch_only_then():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 1, 2, 2) True"
    assert not hasattr(lantern.lab, "no_such_thing")


def test_two_hundred_calls_leave_memory_flat():
    cheap = {"samples": 12, "draws": 1, "steps": 4, "side": 3}
    model = averaging_net()

    def explain_all() -> None:
        for name, plugin in Attribution.registry.items():
            known = {key: cheap[key] for key in cheap if key in plugin.model_fields}
            lantern.lab.explain(model, PICTURE, 1, name, **known)

    for _ in range(3):
        explain_all()
    before = counted()
    for _ in range(-(-200 // len(Attribution.registry))):
        explain_all()
    assert counted() - before <= 2


class Late(nn.Module):
    """Goes wrong in the middle of a call, from some call on."""

    def __init__(self, fails_at: int) -> None:
        super().__init__()
        self.conv, self.relu = nn.Conv2d(1, 6, 3), nn.ReLU()
        self.average, self.flatten = nn.AdaptiveAvgPool2d(1), nn.Flatten()
        self.output = nn.Linear(6, 3)
        self.left = fails_at

    def forward(self, inputs: Tensor) -> Tensor:
        self.left -= 1
        maps = self.relu(self.conv(inputs))
        if self.left < 1:
            raise ArithmeticError("enough of this")
        return self.output(self.flatten(self.average(maps)))


@pytest.mark.parametrize("method", sorted(Attribution.registry))
def test_a_method_that_fails_leaves_the_model_as_it_was_and_nothing_behind(method: str):
    with pytest.raises(ArithmeticError):  # what is asked first says whether there is such a class
        lantern.lab.explain(Late(2), PICTURE, 1, method)
    for fails_at in (2, 3, 4):
        model = Late(fails_at)
        with undisturbed(model), suppress(ArithmeticError):
            lantern.lab.explain(model, PICTURE, 1, method)
    before = counted()
    for _ in range(3):
        with suppress(ArithmeticError):
            lantern.lab.explain(model, PICTURE, 1, method)
    assert counted() <= before


def counted() -> int:
    gc.collect()
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
