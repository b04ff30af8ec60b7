"""`lantern.lab.explain` is for any module, comes without torch, and leaves memory as it was."""

import gc
import re
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
import torch
from tests.lab.looking import averaging_net, undisturbed
from torch import Tensor, nn

import lantern.lab
from lantern.lab.kinds import Attribution
from lantern.lab.plugin import load_plugins
from lantern.protocol.problems import ProblemError

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


def small_net() -> nn.Sequential:
    torch.manual_seed(1)
    maps = (nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(*maps, nn.Flatten(), nn.Linear(64, 5))


THREE = torch.rand(3, 1, 8, 8, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("method", ["integrated_gradients", "grad_cam", "occlusion"])
@pytest.mark.parametrize("kind", [list, torch.tensor, np.array])
def test_each_input_may_have_a_class_of_its_own(method: str, kind):
    found = lantern.lab.explain(small_net(), THREE, kind([4, 0, 4]), method)
    for at, target in enumerate((4, 0, 4)):
        alone = lantern.lab.explain(small_net(), THREE[at : at + 1], target, method)
        torch.testing.assert_close(found[at : at + 1], alone, rtol=1e-5, atol=1e-7)


class Pair(nn.Module):
    """Puts out more than scores."""

    def forward(self, inputs: Tensor) -> tuple[Tensor, int]:
        return inputs.flatten(1), 1


BAD = {
    "target: there are 2 classes for 3 inputs": {"target": [0, 1]},
    "target: must be a class as an integer, or one for each input, not 2.0": {"target": 2.0},
    "not True": {"target": True},
    "not None": {"target": None},
    "not '2'": {"target": "2"},
    "this network has 5 classes, 0 to 4, not 7": {"target": 7},
    "inputs: must be a tensor, not ndarray": {"inputs": np.zeros((1, 1, 8, 8))},
    "at least one, not (0, 1, 8, 8)": {"inputs": THREE[:0]},
    "at least one, not (1, 8, 8)": {"inputs": THREE[0]},
    "inputs: must be floating point": {"inputs": THREE.long()},
    "inputs: must hold finite numbers only": {"inputs": THREE / 0},
    "background: its samples have the shape (1, 4, 4)": {"background": THREE[..., :4, :4]},
    "layer: Saliency looks at no layer": {"layer": "0"},
    "module: it must put out scores (b, classes), not a tensor": {"module": nn.ReLU()},
    "module: it must put out scores (b, classes), not a tuple": {"module": Pair()},
}


@pytest.mark.parametrize("sentence", BAD)
def test_what_cannot_be_explained_is_a_sentence_that_names_it(sentence: str):
    asked = {"module": small_net(), "inputs": THREE, "target": 1, "method": "saliency"}
    with pytest.raises(ProblemError, match=re.escape(sentence)):
        lantern.lab.explain(**(asked | BAD[sentence]))


def test_rows_are_explained_as_pictures_of_one_line():
    torch.manual_seed(0)
    linear, rows = nn.Linear(10, 3), torch.rand(4, 10)
    share = rows * linear.weight[1]
    for method in ("input_x_gradient", "integrated_gradients", "deep_lift", "gradient_shap"):
        found = lantern.lab.explain(linear, rows, 1, method)
        torch.testing.assert_close(found, share, rtol=1e-4, atol=1e-6)
    window = {"window": 1, "stride": 1}
    torch.testing.assert_close(lantern.lab.explain(linear, rows, 1, "occlusion", **window), share)
    with pytest.raises(ProblemError, match="no convolution"):
        lantern.lab.explain(linear, rows, 1, "grad_cam")


@pytest.mark.parametrize("method", sorted(Attribution.registry))
def test_scores_are_float32_whatever_the_module_is_and_wherever_it_is_asked(method: str):
    model, pictures = averaging_net().double(), PICTURE.double()
    with torch.inference_mode():
        found = lantern.lab.explain(model, pictures, 1, method)
    assert found.dtype == torch.float32
    assert not found.requires_grad


class Functional(nn.Module):
    """Calls its non-linearity as a function, so that no hook sees it."""

    def __init__(self, bend) -> None:
        super().__init__()
        torch.manual_seed(2)
        self.first, self.second = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1)
        self.pool, self.relu = nn.MaxPool2d(2), nn.ReLU()
        self.flatten, self.output = nn.Flatten(), nn.Linear(96, 3)
        self.bend = bend

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.pool(self.relu(self.first(inputs)))
        return self.output(self.flatten(self.bend(self.second(maps))))


BENDS = {
    "Relu": torch.relu,
    "ClampMin": lambda maps: maps.clamp_min(0),
    "Maximum": lambda maps: torch.maximum(maps, torch.zeros(())),
    "Abs": torch.abs,
}


@pytest.mark.parametrize("name", BENDS)
@pytest.mark.parametrize(
    "method",
    ["grad_cam", "grad_cam_plus_plus", "score_cam", "layer_cam", "guided_backprop", "deep_lift"],
)
def test_a_function_where_a_module_is_needed_is_refused_not_passed_over(method: str, name: str):
    with pytest.raises(ProblemError, match=name):
        lantern.lab.explain(Functional(BENDS[name]), PICTURE, 1, method)


def test_a_layer_whose_own_module_follows_is_explained_in_a_network_that_uses_functions():
    plain = Functional(nn.ReLU())
    found = lantern.lab.explain(Functional(torch.relu), PICTURE, 1, "grad_cam", layer="first")
    wanted = lantern.lab.explain(plain, PICTURE, 1, "grad_cam", layer="first")
    torch.testing.assert_close(found, wanted)


SUPERPIXELS = """
import random, warnings
import torch
from lantern.lab import explain
model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 3))
explain(model, torch.rand(1, 1, 8, 8), 1, "lime", samples=20, draws=1, segments="grid")
before = random.getstate(), list(warnings.filters)
explain(model, torch.rand(1, 1, 8, 8), 1, "lime", samples=20, draws=1, segments="superpixels")
print((random.getstate(), list(warnings.filters)) == before)
"""


def test_what_is_imported_on_the_way_changes_nothing_for_others():
    command = [sys.executable, "-c", SUPERPIXELS]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"
