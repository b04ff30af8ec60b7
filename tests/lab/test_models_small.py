"""Models for images at the size that trains live: they learn, repeat, and obey their options."""

import math
from typing import get_args

import pytest
import torch
from torch import nn

from lantern.lab.building.activations import NON_LINEARITIES
from lantern.lab.building.add import Add
from lantern.lab.capture import settled, traced
from lantern.lab.construction import MAX_PARAMETERS
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Architecture
from lantern.lab.models.alexnet import AlexNet
from lantern.lab.models.densenet import DenseNet
from lantern.lab.models.efficientnet import EfficientNet
from lantern.lab.models.googlenet import GoogLeNet
from lantern.lab.models.mobilenet_v1 import MobileNetV1
from lantern.lab.models.mobilenet_v2 import MobileNetV2
from lantern.lab.models.resnet import Depth as ResNetDepth
from lantern.lab.models.resnet import ResNet
from lantern.lab.models.resnet_cifar import ResNetCifar
from lantern.lab.models.resnext import ResNeXt
from lantern.lab.models.se_resnet import SeResNet
from lantern.lab.models.shufflenet_v2 import ShuffleNetV2
from lantern.lab.models.vgg import Depth as VggDepth
from lantern.lab.models.vgg import Vgg
from lantern.lab.models.wide_resnet import WideResNet
from lantern.lab.reshape import carry_over
from lantern.lab.run import Run
from lantern.lab.summary import summarise
from lantern.protocol.experiment import Experiment, Part, Training
from lantern.protocol.problems import ProblemError

FAMILIES = (
    *("alexnet", "vgg", "googlenet", "resnet_cifar", "resnet", "wide_resnet", "resnext"),
    *("se_resnet", "densenet", "mobilenet_v1", "mobilenet_v2", "shufflenet_v2", "efficientnet"),
)
SMALLEST: dict[str, dict[str, float]] = {
    "densenet": {"growth": 4},
    "alexnet": {"width": 0.5, "dropout": 0.0},
    "vgg": {"width": 0.5, "dropout": 0.0},
    "resnet_cifar": {"width": 0.5, "blocks": 1},
}
"""Parameters for tests; every other family at half its width."""


def pictures(side: int = 32, channels: int = 3) -> Data:
    """Return 16 + 16 images of two classes, one of them brighter on the left."""
    by = torch.Generator().manual_seed(0)
    inputs = torch.randint(128, (32, channels, side, side), generator=by, dtype=torch.uint8)
    targets = torch.arange(32) % 3
    for label in range(3):
        rows = slice(label * side // 3, (label + 1) * side // 3)
        inputs[targets == label, :, rows] += 127
    split = Split(inputs[:16], targets[:16]), Split(inputs[16:], targets[16:])
    return Data(
        "images", *split, ("a", "b", "c"), mean=(0.4,) * channels, deviation=(0.2,) * channels
    )


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def run_of(name: str, data: Data, *, batch_size: int = 16, **params: object) -> Run:
    experiment = Experiment(
        dataset=Part(name="digits"),
        model=Part.model_validate({"name": name, "params": params}),
        optimizer=Part(name="adam", params={"learning_rate": 0.003}),
        training=Training(batch_size=batch_size),
    )
    return Run(experiment, data)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_small_model_learns_in_twenty_steps_and_gives_the_same_bits_again(name: str):
    data, params = pictures(), SMALLEST.get(name, {"width": 0.5})
    first, second = (run_of(name, data, **params) for _ in range(2))
    losses: list[float] = []
    for _ in range(20):
        first.advance()
        losses.append(first.last_loss)
    assert all(map(math.isfinite, losses))
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    for loss in losses[:4]:
        second.advance()
        assert second.last_loss == loss


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(("side", "channels"), [(28, 1), (64, 3), (100, 3)])
def test_a_small_model_takes_images_of_other_sizes(name: str, side: int, channels: int):
    data = pictures(side, channels)
    with torch.device("meta"):
        module = Architecture.registry[name]().build(data, 3)
    card = summarise(module, data.shape)
    assert card.layers[-1].output_shape == (3,)
    assert card.parameters < 1_000_000
    last_map = [layer.output_shape for layer in card.layers if layer.kind == "norm"][-1]
    assert last_map[-1] >= 2  # batch normalisation needs more than one number a channel


@pytest.mark.parametrize("name", FAMILIES)
def test_every_convolution_can_be_looked_at_with_its_non_linearity(name: str):
    data = pictures()
    torch.manual_seed(0)
    module = Architecture.registry[name]().build(data, 3).eval()
    calls, outputs = traced(module, data.train.batch(torch.arange(2))[0])
    assert outputs.shape == (2, 3)
    places = [n for n, call in enumerate(calls) if call.kind == "conv"]
    ends = {settled(calls, place).kind for place in places}
    assert ends <= {"activation", "norm", "conv"}
    first = places[-1] if name == "densenet" else places[0]
    assert settled(calls, first).kind == ("conv" if name == "densenet" else "activation")


def test_the_small_resnet_is_the_one_of_the_paper():
    data = pictures()
    for blocks, parameters in ((1, 78_042), (2, 175_258), (3, 272_474), (5, 466_906)):
        found = ResNetCifar(blocks=blocks).build(data, 10)
        assert count(found) == parameters
    stem, plain = 32**2 * 3 * 16 * 9, 32**2 * 16 * 16 * 9  # a convolution of any stage: plain
    shrinking = plain / 2 + 16**2 * 16 * 32  # the first of a stage, and the shortcut past it
    card = summarise(ResNetCifar().build(data, 10), (3, 32, 32))
    assert card.macs == stem + 10 * plain + 2 * shrinking + 640
    named = [name for name, _ in ResNetCifar().build(data, 10).named_children()]
    blocks = [f"block{number}" for number in range(1, 7)]
    assert named == ["normalise", "stem", *blocks, "average", "flatten", "output"]


def test_without_skips_nothing_is_added_and_the_weights_are_the_same():
    data = pictures()
    with_them, without = (ResNetCifar(skips=skips).build(data, 3) for skips in (True, False))
    assert sum(isinstance(layer, Add) for layer in with_them.modules()) == 6
    assert not any(isinstance(layer, Add) for layer in without.modules())
    names = {name for name, _ in with_them.named_parameters() if "shortcut" not in name}
    assert names == {name for name, _ in without.named_parameters()}
    kept = carry_over(with_them, without)
    assert (kept.wholly, kept.partly) == (kept.layers, 0)


@pytest.mark.parametrize(
    "family",
    [ResNet, WideResNet, ResNeXt, SeResNet, MobileNetV2, EfficientNet],
)
def test_skips_can_be_left_out_everywhere(family: type[Architecture]):
    module = family.model_validate({"skips": False}).build(pictures(), 3).eval()
    assert not any(isinstance(layer, Add) for layer in module.modules())
    assert module(torch.rand(2, 3, 32, 32)).shape == (2, 3)


DEEP = [
    *(ResNetCifar, ResNet, WideResNet, ResNeXt, SeResNet, DenseNet, GoogLeNet),
    *(MobileNetV1, MobileNetV2, ShuffleNetV2, EfficientNet),
]


@pytest.mark.parametrize("family", [AlexNet, Vgg, *DEEP])
def test_without_normalisation_convolutions_have_a_bias(family: type[Architecture]):
    for normalised in (True, False):
        module = family.model_validate({"batch_norm": normalised}).build(pictures(), 3)
        norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
        assert bool(norms) == normalised
        biases = {
            layer.bias is not None
            for path, layer in module.named_modules()
            if isinstance(layer, nn.Conv2d) and path != "stem.conv" and ".excite." not in path
        }
        assert biases == {not normalised}


@pytest.mark.parametrize("family", [AlexNet, Vgg, *DEEP])
def test_the_non_linearity_can_be_chosen(family: type[Architecture]):
    module = family.model_validate({"activation": "tanh"}).build(pictures(), 3)
    kinds = {
        type(layer)
        for path, layer in module.named_modules()
        if isinstance(layer, NON_LINEARITIES) and ".excite." not in path
    }
    assert kinds == {nn.Tanh}
    assert any(path.endswith("tanh1") for path, _ in module.named_modules())


@pytest.mark.parametrize(
    "family", [AlexNet, Vgg, ResNetCifar, ResNet, ResNeXt, MobileNetV1, ShuffleNetV2, EfficientNet]
)
def test_width_is_times_all_channels(family: type[Architecture]):
    narrow, wide = (
        family.model_validate({"width": width}).build(pictures(), 3) for width in (1, 2)
    )
    for path, layer in narrow.named_modules():
        if isinstance(layer, nn.Conv2d) and ".squeeze" not in path:
            assert wide.get_submodule(path).out_channels == 2 * layer.out_channels, path


def test_every_depth_and_odd_widths_can_be_built():
    data = pictures()
    with torch.device("meta"):
        for depth in get_args(ResNetDepth):
            module = ResNet(depth=depth, width=0.25).build(data, 3)
            summarise(module, data.shape)
            weighted = [
                path
                for path, layer in module.named_modules()
                if isinstance(layer, nn.Conv2d | nn.Linear) and "shortcut" not in path
            ]
            assert len(weighted) == depth
        for depth in get_args(VggDepth):
            summarise(Vgg(depth=depth, width=0.75, batch_norm=True).build(data, 3), data.shape)
        for family in (ResNeXt, ShuffleNetV2, SeResNet, MobileNetV2):
            for width in (0.25, 0.75, 3.25):
                made = family.model_validate({"width": width}).build(data, 3)
                summarise(made, data.shape)


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("family", [Vgg, *DEEP])
def test_a_deep_network_begins_with_a_guess(family: type[Architecture], normalised: bool):
    torch.manual_seed(0)
    data = pictures()
    module = family.model_validate({"batch_norm": normalised}).build(data, 10).eval()
    inputs, targets = data.validation.batch(torch.arange(16))
    loss = nn.functional.cross_entropy(module(inputs), targets).item()
    assert loss == pytest.approx(math.log(10), abs=1)


def test_a_residual_branch_begins_at_zero_and_learns_all_the_same():
    run = run_of("resnet", pictures(), depth=50, width=0.25)
    scales = [run.module.get_parameter(f"block{number}.norm3.weight") for number in range(1, 17)]
    assert not any(scale.any() for scale in scales)
    for _ in range(3):
        run.advance()
    assert all(scale.any() for scale in scales)
    first = run.module.get_parameter("block5.conv1.weight").grad
    assert first is not None
    assert first.any()


@pytest.mark.parametrize("normalised", [True, False])
def test_a_plain_chain_begins_at_one_even_where_it_takes_over_weights(normalised: bool):
    params = {"batch_norm": normalised}
    with_skips, plain = (
        ResNetCifar.model_validate({"skips": skips, **params}).build(pictures(), 3)
        for skips in (True, False)
    )
    carry_over(with_skips, plain)
    name = "block2.norm2.weight" if normalised else "block2.conv2.weight"
    assert not with_skips.get_parameter(name).any()
    assert plain.get_parameter(name).all()


@pytest.mark.parametrize(("side", "most"), [(8, 3), (16, 4)])
def test_stages_that_leave_no_maps_are_refused_with_what_fits(side: int, most: int):
    data = pictures(side)
    ResNetCifar(stages=most).build(data, 3)
    DenseNet(blocks=(1,) * most).build(data, 3)
    if most < 4:
        with pytest.raises(ProblemError, match=f"4 stages.*8x8 images; {most} is the most") as no:
            ResNetCifar(stages=4).build(data, 3)
        assert no.value.problem.field == "model.params.stages"
    with pytest.raises(ProblemError, match=f"{most} is the most") as caught:
        DenseNet(blocks=(1,) * (most + 1)).build(data, 3)
    assert caught.value.problem.field == "model.params.blocks"


def test_a_published_size_is_refused_before_it_is_made_where_it_is_too_large():
    with pytest.raises(ProblemError, match=f"61,.*{MAX_PARAMETERS:,}|57,.*{MAX_PARAMETERS:,}"):
        run_of("alexnet", pictures(), size="published")
    run = run_of("mobilenet_v2", pictures(), size="published")
    assert run.card().layers[0].output_shape == (3, 224, 224)
    assert count(run.module) == 3_504_872 - 997 * 1281


def test_a_published_size_trains_where_the_owner_allows_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANTERN_MAX_PARAMETERS", "12000000")
    run = run_of("resnet", pictures(), batch_size=4, depth=18, size="published")
    assert count(run.module) == 11_689_512 - 997 * 513
    run.advance()
    assert math.isfinite(run.last_loss)


@pytest.mark.parametrize("name", ["alexnet", "vgg", "mobilenet_v2", "efficientnet"])
def test_dropout_is_live(name: str):
    plugin = Architecture.registry[name]
    module = plugin().build(pictures(), 3)
    changed = plugin.model_validate({"dropout": 0.35})
    changed.adjust(module)
    rates = [layer.rate for path, layer in module.named_modules() if "dropout" in path]
    assert rates
    assert set(rates) == {0.35}
