"""Parts of the networks for images: joins, gates, and what edits do to blocks."""

import pytest
import torch
from tests.lab.test_models_small import pictures, run_of

from lantern.lab.building.dropout import StochasticDepth
from lantern.lab.building.joins import ChannelShuffle, Concat, Half, Scale
from lantern.lab.models.se_resnet import SeResNet
from lantern.lab.run import Run
from lantern.protocol.experiment import Change, Configure, Edit, Reinitialise, Reshape


def test_joins_say_what_they_do():
    maps = torch.arange(8.0).reshape(1, 8, 1, 1)
    order = ChannelShuffle()(maps).flatten().tolist()
    assert order == [0, 4, 1, 5, 2, 6, 3, 7]
    assert Half("first")(maps).flatten().tolist() == [0, 1, 2, 3]
    assert Half("second")(maps).flatten().tolist() == [4, 5, 6, 7]
    assert Concat()(maps, maps).shape == (1, 16, 1, 1)
    assert torch.equal(Scale()(maps, maps), maps.square())


def test_squeeze_and_excitation_multiplies_each_map_by_one_gate():
    torch.manual_seed(0)
    module = SeResNet().build(pictures(), 3).eval()
    excite = module.get_submodule("block2.excite")
    maps = torch.rand(2, 32, 5, 5)
    ratio = excite(maps) / maps
    gates = ratio.mean(dim=(2, 3), keepdim=True)
    torch.testing.assert_close(ratio, gates.expand_as(ratio))
    assert ((gates > 0) & (gates < 1)).all()


def test_a_residual_network_lives_through_edits_and_repeats_them():
    data = pictures()
    run = run_of("resnet_cifar", data, width=0.25)
    run.advance()
    run.edit(Edit(step=1, action=Reinitialise(layer="block2.conv1")))
    frozen = Change(path="training.frozen", value=["block1.conv1", "block3.conv2:1"])
    run.edit(Edit(step=1, action=Configure(changes=(frozen,))))
    before = run.module.get_parameter("block1.conv1.weight").detach().clone()
    run.advance()
    assert torch.equal(run.module.get_parameter("block1.conv1.weight"), before)
    no_skips = Change(path="model.params.skips", value=False)
    run.edit(Edit(step=2, action=Reshape(changes=(no_skips,))))
    assert str(run.kept) == "Weights kept: 27 of 27 layers."
    run.advance()
    again = Run(run.base, data, run.edits)
    for _ in range(3):
        again.advance()
    assert again.last_loss == run.last_loss
    pairs = zip(run.tensors().items(), again.tensors().items(), strict=True)
    assert all(one[0] == two[0] and torch.equal(one[1], two[1]) for one, two in pairs)


def depths(module: torch.nn.Module) -> dict[str, StochasticDepth]:
    return {
        path: part for path, part in module.named_modules() if isinstance(part, StochasticDepth)
    }


def test_blocks_are_left_out_the_likelier_the_later_they_come():
    module = run_of("efficientnet", pictures(), survival=0.7).module
    rates = {path: part.rate for path, part in depths(module).items()}
    expected = {f"block{number}.depth": 0.3 * number / 7 for number in (3, 5, 7)}
    assert rates == pytest.approx(expected)


def test_stochastic_depth_leaves_out_whole_samples_and_keeps_the_mean():
    layer = StochasticDepth(1.0, survival=0.75)
    maps = torch.rand(4000, 2, 3, 3)
    layer.reseed(5)
    factors = layer(maps) / maps
    one = factors[:, 0, 0, 0]
    torch.testing.assert_close(factors, one[:, None, None, None].expand_as(factors))
    assert {round(float(value), 4) for value in one.unique()} <= {0.0, 1.3333, 1.3334}
    assert one.mean() == pytest.approx(1, abs=0.03)
    layer.reseed(5)
    assert torch.equal(layer(maps) / maps, factors)
    assert layer.eval()(maps) is maps


def test_stochastic_depth_repeats_with_the_seed_and_changes_live():
    data = pictures()
    one, two = (run_of("efficientnet", data, width=0.5, dropout=0.0) for _ in range(2))
    torch.manual_seed(99)  # what others draw makes no difference
    for run in (one, two):
        run.advance()
        torch.rand(3)
        run.advance()
    assert one.last_loss == two.last_loss
    always = Change(path="model.params.survival", value=1.0)
    one.edit(Edit(step=2, action=Configure(changes=(always,))))
    assert all(part.rate == 0 for part in depths(one.module).values())
    one.advance()
    two.advance()
    assert one.last_loss != two.last_loss
