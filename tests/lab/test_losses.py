"""Losses against what torch and the closed forms say."""

import math

import pytest
import torch
from torch import nn

from lantern.lab.losses.cross_entropy import CrossEntropy
from lantern.lab.losses.squared import Squared
from lantern.protocol.problems import ProblemError

ONE = torch.tensor([[-3.0], [0.0], [0.7], [40.0]])
SEVERAL = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
BINARY = torch.tensor([0, 1, 1, 0])
CLASSES = torch.tensor([3, 0, 1, 2, 3])


def test_logistic_loss():
    values = CrossEntropy().values(ONE, BINARY)
    expected = [math.log1p(math.exp(-3)), math.log(2), math.log1p(math.exp(-0.7)), 40.0]
    assert values.tolist() == pytest.approx(expected, rel=1e-6)


def test_softmax_cross_entropy_is_torchs():
    expected = nn.CrossEntropyLoss(reduction="none")(SEVERAL, CLASSES)
    torch.testing.assert_close(CrossEntropy().values(SEVERAL, CLASSES), expected)


def test_binary_cross_entropy_is_minus_the_log_of_its_probabilities():
    probabilities = CrossEntropy().probabilities(ONE)
    picked = probabilities.gather(1, BINARY[:, None])[:, 0]
    torch.testing.assert_close(CrossEntropy().values(ONE, BINARY), -picked.log())


def test_squared_loss_of_two_classes_is_the_playgrounds():
    targets = [-1, 1, 1, -1]
    expected = [
        (math.tanh(o) - t) ** 2 / 2 for o, t in zip(ONE[:, 0].tolist(), targets, strict=True)
    ]
    assert Squared().values(ONE, BINARY).tolist() == pytest.approx(expected, rel=1e-4)


def test_squared_loss_of_several_classes_is_half_the_brier_score():
    probabilities = SEVERAL.softmax(1)
    wanted = torch.eye(4)[CLASSES]
    expected = ((probabilities - wanted) ** 2).sum(1) / 2
    torch.testing.assert_close(Squared().values(SEVERAL, CLASSES), expected)


def test_squared_loss_of_regression_squashes_nothing():
    values = Squared().values(ONE, torch.tensor([1.0, 0.0, 0.7, 38.0]))
    assert values.tolist() == [8.0, 0.0, 0.0, 2.0]


@pytest.mark.parametrize("loss", [CrossEntropy(), Squared()])
@pytest.mark.parametrize("outputs", [ONE, SEVERAL])
def test_probabilities_sum_to_one(loss, outputs):
    probabilities = loss.probabilities(outputs)
    assert probabilities.shape == (len(outputs), max(2, outputs.shape[1]))
    torch.testing.assert_close(probabilities.sum(1), torch.ones(len(outputs)))


def test_positive_outputs_mean_blue():
    for loss in (CrossEntropy(), Squared()):
        assert loss.probabilities(ONE).argmax(1).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("classes", "outputs"), [(2, 1), (3, 3), (10, 10)])
def test_outputs(classes, outputs):
    assert CrossEntropy().outputs(classes) == Squared().outputs(classes) == outputs


def test_regression():
    assert Squared().outputs(0) == 1
    with pytest.raises(ProblemError) as caught:
        CrossEntropy().outputs(0)
    assert caught.value.problem.field == "loss.name"
