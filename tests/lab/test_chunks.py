"""How many samples go through a model at once."""

import pytest

from lantern.lab.chunks import samples_at_once, samples_kept
from lantern.lab.plugin import load_plugins
from lantern.protocol.events import LayerCard, ModelCard

load_plugins()


def card(macs: int, *shapes: tuple[int, ...]) -> ModelCard:
    layers = tuple(
        LayerCard(path=f"l{i}", title="l", kind="conv", output_shape=shape, parameters=0, macs=0)
        for i, shape in enumerate(shapes)
    )
    return ModelCard(layers=layers, parameters=0, macs=macs, device="cpu")


@pytest.mark.parametrize(
    ("kind", "macs", "count"),
    [
        ("points", 0, 512),
        ("points", 100, 512),
        ("images", 0, 64),
        ("images", 651_720, 64),  # LeNet-5
        ("images", 26_657_408, 64),  # the small residual network for CIFAR-10
        ("images", 299_507_072, 6),  # MobileNet v2 at its published size
        ("images", 15_470_314_496, 1),  # VGG-16
    ],
)
def test_few_of_a_dear_model_are_judged_in_one_pass(kind, macs, count):
    assert samples_at_once(kind, card(macs)) == count


def test_a_view_may_want_fewer():
    assert samples_at_once("images", most=32) == 32
    assert samples_at_once("images", card(299_507_072), most=32) == 6


def test_everything_is_kept_of_as_many_as_memory_holds():
    assert samples_kept(256, None) == 256
    assert samples_kept(256, card(0, (16, 32, 32), (10,))) == 256
    assert samples_kept(256, card(0, (96, 112, 112), (64, 112, 112))) == 63
    assert samples_kept(256, card(0, (1000, 1000, 1000))) == 1
