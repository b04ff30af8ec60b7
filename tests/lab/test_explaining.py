"""`lantern.lab.explain` is for any module, comes without torch, and leaves memory as it was."""

import gc
import subprocess
import sys

import torch
from tests.lab.looking import averaging_net

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


def counted() -> int:
    gc.collect()
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
