"""Gradients of activations and of filters as maps, and the scale over all layers."""

import base64

import numpy as np
import pytest
import torch
from tests.lab.looking import Throwing, subject_of, two_class_images, undisturbed
from tests.lab.test_inspectors_points import floats, look
from torch import Tensor, nn

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._loss_gradients import activation_gradients, of_slot
from lantern.lab.subject import Subject
from lantern.protocol.figures import Figure, ImagesFigure
from lantern.protocol.views import PixelInput, SampleInput


def small_net(*, inplace: bool = False) -> nn.Sequential:
    """Two convolutions for (b, 1, 6, 6) and one output."""
    torch.manual_seed(3)
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(inplace=inplace),
        nn.Conv2d(3, 4, 3),
        nn.ReLU(inplace=inplace),
        nn.Flatten(),
        nn.Linear(64, 1),
    )


def tail_gradient(subject: Subject, start: int) -> Tensor:
    """d loss / d what the layers before `start` put out, by torch alone."""
    chain = subject.module
    inputs, target = subject.resolve(0)
    with torch.enable_grad():
        held = chain[:start](inputs).detach().requires_grad_()
        loss = subject.loss.values(chain[start:](held), torch.tensor([target])).mean()
        (gradient,) = torch.autograd.grad(loss, held)
    return gradient


def is_map_of(figure: Figure, gradient: Tensor) -> bool:
    """Whether pictures show these numbers, as far as 255 steps of a signed scale can."""
    assert isinstance(figure, ImagesFigure)
    step = float(gradient.abs().max()) / 127.5
    return bool(np.abs(floats(figure.images) - gradient.numpy()).max() <= 0.51 * step)


@pytest.mark.parametrize("inplace", [False, True])
def test_gradients_of_activations_are_those_of_autograd(inplace):
    subject = two_class_images(small_net(inplace=inplace))
    wanted = two_class_images(small_net())
    with undisturbed(subject.module):
        loss, calls = activation_gradients(subject, of_slot(subject, 0))
        (after,) = look("activations", subject, layer="0", show="gradients")
        (before,) = look(
            "activations", subject, layer="0", show="gradients", after_activation=False
        )
    for place, call in enumerate(calls):
        assert torch.equal(call.output, tail_gradient(wanted, place + 1)), call.path
    assert after.facts["loss"] == pytest.approx(loss)
    assert after.facts["shown after"] == "2"
    for figure, place in ((after, 3), (before, 1)):
        assert figure.images.scale == "signed"
        assert is_map_of(figure, tail_gradient(wanted, place)[0].unsqueeze(1))
    assert after.caption.startswith("3 × 6 × 6 · d loss / d activation · loss ")
    assert after.caption.endswith(("true class dark", "true class bright"))


def test_gradients_of_units_are_bars_with_the_strongest_first():
    subject = two_class_images(small_net())
    (bars,) = look("activations", subject, layer="6", show="gradients", order="strength")
    assert numpy_of(bars.values) == pytest.approx(tail_gradient(subject, 7)[0].numpy())
    (deep,) = look("activations", subject_of("images"), layer="fc1", show="gradients")
    sizes = np.abs(numpy_of(deep.values))
    (ranked,) = look(
        "activations", subject_of("images"), layer="fc1", show="gradients", order="strength"
    )
    assert np.abs(numpy_of(ranked.values)).tolist() == sorted(sizes.tolist(), reverse=True)


def test_the_predicted_class_stands_for_one_that_is_not_known():
    subject = subject_of("images")
    drawn = base64.b64encode(bytes(range(64))).decode()
    subject.inputs.update({1: PixelInput(shape=(8, 8), data=drawn)})
    for inspector in ("activations", "filters"):
        (figure,) = look(inspector, subject, show="gradients", slot=1)
        assert str(figure.facts["loss of"]).startswith("predicted class ")
        assert figure.warnings
        (known,) = look(inspector, subject, show="gradients", slot=0)
        assert str(known.facts["loss of"]).startswith("true class ")
        assert not known.warnings


def kernel_gradient(subject: Subject, name: str, inputs: Tensor, targets: Tensor) -> Tensor:
    """d mean loss / d weight by torch alone, on the weights themselves."""
    weight = subject.module.get_parameter(name).requires_grad_()
    with torch.enable_grad():
        loss = subject.loss.values(subject.module(inputs), targets).mean()
        (gradient,) = torch.autograd.grad(loss, weight)
    weight.requires_grad_(False)
    return gradient


def test_gradients_of_filters_are_those_of_autograd():
    subject, other = two_class_images(small_net()), two_class_images(small_net())
    train = subject.data.train
    with undisturbed(subject.module):
        (first,) = look("filters", subject, show="gradients")
        (one,) = look("filters", subject, show="gradients", layer="3", channel=2)
        (own,) = look("filters", subject, show="gradients", slot=0)
    assert first.facts["loss of"] == "mean of the first 16 training samples"
    gradient = kernel_gradient(other, "0.weight", train.inputs[:16], train.targets[:16])
    assert (
        np.abs(floats(first.images) - gradient.numpy()).max() <= float(gradient.abs().max()) / 254
    )
    gradient = kernel_gradient(other, "3.weight", train.inputs[:16], train.targets[:16])[:, 2:3]
    assert is_map_of(one, gradient)
    gradient = kernel_gradient(other, "0.weight", train.inputs[:1], train.targets[:1])
    assert is_map_of(own, gradient)


def test_a_network_that_throws_is_left_as_it_was():
    subject = two_class_images(Throwing())
    for inspector in ("activations", "filters"):
        with undisturbed(subject.module), pytest.raises(ArithmeticError):
            look(inspector, subject, show="gradients")


def test_the_largest_number_of_all_layers_is_told():
    subject = two_class_images(small_net())
    inputs, _ = subject.resolve(0)
    chain = subject.module
    shown = [chain[:stop](inputs) for stop in (3, 5, 7)]
    for layer in ("0", "6"):
        (figure,) = look("activations", subject, layer=layer)
        largest = max(float(each.abs().max()) for each in shown)
        assert figure.facts["largest of all layers"] == pytest.approx(largest)
    before = [chain[:stop](inputs) for stop in range(1, 8)]
    (figure,) = look("activations", subject, after_activation=False)
    largest = max(float(each.abs().max()) for each in before)
    assert figure.facts["largest of all layers"] == pytest.approx(largest)


def test_the_largest_weight_is_that_of_the_pictures_shown():
    subject = two_class_images(small_net())
    weights = [chain.weight for chain in (subject.module[0], subject.module[3], subject.module[6])]
    (mean,) = look("filters", subject, layer="3")
    (one,) = look("filters", subject, layer="3", channel=1)
    means = [weights[0], weights[1].mean(1), weights[2]]
    for figure, shown in ((mean, means), (one, weights)):
        largest = max(float(each.abs().max()) for each in shown)
        assert figure.facts["largest of all layers"] == pytest.approx(largest)
    assert (mean.facts["channels"], mean.facts["channel"], one.facts["channel"]) == (3, "all", 1)


@pytest.mark.parametrize("name", ["points", "rows", "normed", "lenet"])
def test_gradients_are_shown_of_every_kind_of_network(name):
    subject = subject_of(name)
    subject.inputs.update({0: SampleInput(index=2)})
    with undisturbed(subject.module):
        for inspector in ("activations", "filters"):
            (figure,) = look(inspector, subject, show="gradients")
            assert figure.facts["show"] == "gradients"
            assert figure.facts["largest of all layers"] > 0
