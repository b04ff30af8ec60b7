"""Models at their published sizes: parameters and multiplications, on torch's meta device.

Counts for 1000 classes and images of 224x224 pixels, as the field has them. Multiplications are
those of convolutions and linear layers, biases not counted, as in the papers' "mult-adds".
"""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from lantern.lab.building.heads import WithHeads
from lantern.lab.models import (
    alexnet,
    densenet,
    efficientnet,
    googlenet,
    mobilenet_v1,
    mobilenet_v2,
    resnet,
    resnext,
    se_resnet,
    shufflenet_v2,
    vgg,
    wide_resnet,
)
from lantern.lab.summary import summarise

PUBLISHED: dict[str, tuple[Callable[[], nn.Module], int, float]] = {
    "AlexNet": (alexnet.published, 61_100_840, 0.714),
    "VGG-11": (lambda: vgg.published(depth=11), 132_863_336, 7.609),
    "VGG-16": (lambda: vgg.published(depth=16), 138_357_544, 15.470),
    "VGG-19": (lambda: vgg.published(depth=19), 143_667_240, 19.632),
    "GoogLeNet": (googlenet.published, 13_004_888, 1.498),
    "GoogLeNet without heads": (lambda: googlenet.published(auxiliary=0), 6_624_904, 1.498),
    "ResNet-18": (lambda: resnet.published(depth=18), 11_689_512, 1.814),
    "ResNet-34": (lambda: resnet.published(depth=34), 21_797_672, 3.664),
    "ResNet-50": (lambda: resnet.published(depth=50), 25_557_032, 4.089),
    "ResNet-101": (lambda: resnet.published(depth=101), 44_549_160, 7.801),
    "Wide ResNet-50-2": (wide_resnet.published, 68_883_240, 11.398),
    "ResNeXt-50 32x4d": (resnext.published, 25_028_904, 4.230),
    "SE-ResNet-50": (se_resnet.published, 28_088_024, 4.092),
    "DenseNet-121": (densenet.published, 7_978_856, 2.834),
    "MobileNet v1": (mobilenet_v1.published, 4_231_976, 0.569),
    "MobileNet v2": (mobilenet_v2.published, 3_504_872, 0.301),
    "ShuffleNet v2 x1.0": (shufflenet_v2.published, 2_278_604, 0.145),
    "EfficientNet-B0": (efficientnet.published, 5_288_548, 0.386),
}
"""Builder, parameters, and multiplications in thousand millions.

The numbers are those of torchvision's model tables; SE-ResNet-50 as timm has it (both convolutions
of a gate with a bias), its multiplications those of ResNet-50 and of the gates; MobileNet v1 by its
paper (569 million) with batch normalisation counted.
"""


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_size_has_the_parameters_and_multiplications_of_its_paper(name: str):
    build, parameters, thousand_millions = PUBLISHED[name]
    with torch.device("meta"):
        module = build()
    card = summarise(module, (3, 224, 224))
    assert all(tensor.is_meta for tensor in (*module.parameters(), *module.buffers()))
    assert card.parameters == parameters
    assert round(card.macs / 1e9, 3) == pytest.approx(thousand_millions, abs=1e-9)
    assert card.layers[-1].output_shape == (1000,)


@pytest.mark.parametrize("build", [vgg.published, googlenet.published, densenet.published])
def test_other_numbers_of_classes_change_the_output_layers_alone(build):
    with torch.device("meta"):
        more, fewer = build(), build(10)
    shapes = {path: tensor.shape for path, tensor in more.named_parameters()}
    changed = {
        path.rpartition(".")[0]
        for path, tensor in fewer.named_parameters()
        if shapes[path] != tensor.shape
    }
    heads = {"head1.output", "head2.output"} if isinstance(more, WithHeads) else set()
    assert changed == {"output"} | heads


def test_paths_read_well():
    with torch.device("meta"):
        modules = dict(resnet.published(depth=50).named_modules())
    assert [name for name, _ in modules["block1"].named_children()] == [
        "conv1",
        "norm1",
        "relu1",
        "conv2",
        "norm2",
        "relu2",
        "conv3",
        "norm3",
        "shortcut",
        "add",
        "relu3",
    ]
    assert "shortcut" not in dict(modules["block2"].named_children())
    assert {"stem.conv", "stem.pool", "block16.conv3", "average", "output"} <= set(modules)
