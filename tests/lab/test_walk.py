"""Walking through a small network says what its own forward pass says."""

import numpy as np
import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, undisturbed
from torch import nn

from lantern.lab.building.activations import MODULES
from lantern.lab.capture import traced
from lantern.lab.walk import AT_ONCE, Raster, answers, walk
from lantern.protocol.experiment import Part

RASTER = Raster((-6.0, 6.0, -6.0, 6.0), 15)


def module_of(**params) -> nn.Module:
    model = Part(name="mlp", params=params)
    return Mirror().subject(run_of(POINTS.model_copy(update={"model": model}), 2), {}).module


@pytest.mark.parametrize("activation", list(MODULES))
def test_every_layer_is_given_what_the_module_gives_it(activation):
    module = module_of(
        layers=[5, 4],
        features=["x1", "x2", "sin_x1"],
        scaling="normalise",
        activation=activation,
        disabled=["hidden1:2"],
        dropout=0.5,
    )
    calls, outputs = traced(module, RASTER.places(torch.device("cpu")))
    with undisturbed(module):
        walked = walk(module, RASTER)
    linear = [call for call in calls if call.kind == "linear"]
    assert [head.path for head in walked.heads] == ["hidden1", "hidden2", "output"]
    for head, call in zip(walked.heads, linear, strict=True):
        assert head.layer is call.module
        assert np.allclose(head.given, call.source.numpy().T, atol=1e-5)
    assert torch.allclose(walked.outputs, outputs, atol=1e-5)


def test_answers_for_many_places_are_those_of_the_module():
    module = module_of(layers=[8, 8])
    raster = Raster(RASTER.extent, 70)
    assert raster.side**2 > 2 * AT_ONCE
    with torch.no_grad():
        wanted = module(raster.places(torch.device("cpu")))
    assert torch.allclose(answers(module, raster), wanted, atol=1e-5)


def test_a_module_of_another_kind_is_walked_by_hooks():
    class Other(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(2, 3), nn.Linear(3, 1)

        def forward(self, x):
            return self.second(self.first(x).relu())

    module = Other().eval().requires_grad_(False)
    walked = walk(module, RASTER)
    places = RASTER.places(torch.device("cpu"))
    assert [head.path for head in walked.heads] == ["first", "second"]
    assert np.allclose(walked.heads[1].given, module.first(places).relu().numpy().T, atol=1e-6)
    assert torch.equal(walked.outputs, module(places))
    assert torch.equal(answers(module, RASTER), module(places))


def test_a_network_that_has_run_away_warns_nobody():
    module = module_of(layers=[3])
    module.hidden1.weight.fill_(float("inf"))
    assert not bool(walk(module, RASTER).outputs.isfinite().all())
