"""Hooks that catch what layers put out are gone afterwards."""

import pytest
import torch
from tests.lab.looking import Throwing, hooks_on, picture_net, undisturbed
from torch import nn

from lantern.lab.capture import convolution_call, kind_of, layer_call, settled, traced
from lantern.lab.scores import Scores
from lantern.protocol.problems import ProblemError


def test_calls_are_in_order_and_hold_the_outputs():
    net = picture_net().eval()
    pictures = torch.rand(2, 1, 8, 8)
    calls, outputs = traced(net, pictures)
    assert [call.kind for call in calls] == [
        "conv",
        "norm",
        "activation",
        "pool",
        "conv",
        "activation",
        "dropout",
        "other",
        "linear",
    ]
    assert torch.equal(calls[0].output, net[0](pictures))
    assert torch.equal(calls[-1].output, outputs)
    assert hooks_on(net) == 0


def test_a_layer_settles_at_its_non_linearity():
    calls, _ = traced(picture_net().eval(), torch.rand(1, 1, 8, 8))
    assert settled(calls, 0).path == "2"
    assert settled(calls, 4).path == "5"
    assert settled(calls, 8).path == "8"


def test_a_sum_of_branches_ends_the_chain():
    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.norm, self.relu = nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1), nn.ReLU()

        def forward(self, x):
            return self.relu(self.norm(self.conv(x)) + x)

    calls, _ = traced(Residual().eval(), torch.rand(1, 1, 4, 4))
    assert settled(calls, 0).path == "norm"


def test_a_chain_is_followed_as_hooks_would():
    class Hidden(nn.Module):
        """The same layers where no chain is to be seen."""

        def __init__(self, chain: nn.Sequential) -> None:
            super().__init__()
            self.chain = chain

        def forward(self, x):
            return self.chain(x)

    chain = picture_net().eval()
    pictures = torch.rand(2, 1, 8, 8)
    followed, outputs = traced(chain, pictures)
    hooked, same = traced(Hidden(chain), pictures)
    assert torch.equal(outputs, same)
    assert [f"chain.{call.path}" for call in followed] == [call.path for call in hooked]
    assert [call.kind for call in followed] == [call.kind for call in hooked]
    for one, other in zip(followed, hooked, strict=True):
        assert torch.equal(one.source, other.source)
        assert torch.equal(one.output, other.output)


def test_in_place_layers_do_not_overwrite_what_was_caught():
    net = nn.Sequential(nn.Linear(3, 5), nn.ReLU(inplace=True)).eval()
    x = torch.randn(4, 3)
    calls, _ = traced(net, x)
    assert torch.equal(calls[0].output, net[0](x))
    assert float(calls[0].output.min()) < 0
    assert settled(calls, 0).path == "1"


def test_hooks_are_gone_when_the_model_throws():
    net, pictures = Throwing().eval(), torch.rand(1, 1, 8, 8)
    with undisturbed(net), pytest.raises(ArithmeticError):
        traced(net, pictures)
    assert hooks_on(net) == 0


def test_the_last_convolution_with_a_map_is_taken_when_none_is_named():
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.Tanh(), nn.Conv2d(2, 3, 6), nn.Tanh(), nn.Flatten(), nn.Linear(3, 2)
    ).eval()
    calls, _ = traced(net, torch.rand(1, 1, 8, 8))
    assert calls[convolution_call(calls, None)].path == "0"
    assert calls[convolution_call(calls, "2")].path == "2"
    assert calls[convolution_call(calls, "3")].path == "2"
    assert calls[layer_call(calls, None)].path == "0"


@pytest.mark.parametrize(("layer", "words"), [("8", "not a convolution; there are 0, 4")])
def test_a_wrong_layer_is_refused_with_the_right_ones(layer, words):
    calls, _ = traced(picture_net().eval(), torch.rand(1, 1, 8, 8))
    with pytest.raises(ProblemError, match=words) as caught:
        convolution_call(calls, layer)
    assert caught.value.problem.field == "layer"
    with pytest.raises(ProblemError, match="there is no layer 'nine'"):
        layer_call(calls, "nine")


def test_one_output_becomes_two_scores_and_paths_stay():
    net = picture_net(outputs=1).eval()
    scores = Scores(net)
    pictures = torch.rand(3, 1, 8, 8)
    z = net(pictures)
    assert torch.equal(scores(pictures), torch.cat([-z, z], dim=1))
    assert dict(scores.named_parameters()).keys() == dict(net.named_parameters()).keys()
    assert scores.get_submodule("4") is net[4]


def test_kinds_of_layers():
    assert kind_of(nn.Identity()) == "other"
    assert kind_of(nn.AdaptiveAvgPool2d(1)) == "pool"
    assert kind_of(nn.GELU()) == "activation"
    assert kind_of(nn.GroupNorm(1, 2)) == "norm"
