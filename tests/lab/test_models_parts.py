"""Parts of the networks for images: joins, gates, and what edits do to blocks."""

import torch
from tests.lab.test_models_small import pictures, run_of

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
