"""Losses against torch, scikit-learn and the closed forms."""

import math
from pathlib import Path

import pytest
import torch
from sklearn import metrics
from torch import Tensor, nn
from torch.nn import functional as F

from lantern.lab.construction import check_tags
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Loss
from lantern.lab.losses.absolute import Absolute
from lantern.lab.losses.cross_entropy import CrossEntropy
from lantern.lab.losses.epsilon_insensitive import EpsilonInsensitive
from lantern.lab.losses.exponential import Exponential
from lantern.lab.losses.hinge import Hinge
from lantern.lab.losses.huber import Huber
from lantern.lab.losses.poisson import Poisson
from lantern.lab.losses.quantile import Quantile
from lantern.lab.losses.squared import Squared
from lantern.lab.losses.squared_hinge import SquaredHinge
from lantern.lab.run import load_data
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError

ONE = torch.tensor([[-3.0], [0.0], [0.7], [40.0]])
MILD = torch.tensor([[-3.0], [0.0], [0.7], [1.0], [1.5], [-0.2]])
SEVERAL = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
BINARY = torch.tensor([0, 1, 1, 0])
SIDES = torch.tensor([0, 1, 1, 0, 1, 0])
SIGNS = torch.tensor([-1.0, 1.0, 1.0, -1.0, 1.0, -1.0])
CLASSES = torch.tensor([3, 0, 1, 2, 3])
ONE_HOT = torch.eye(4)[CLASSES]
VALUES = torch.tensor([0.5, -0.2, 3.0, 0.0, 1.4, -0.25])

FOR_CLASSES = (CrossEntropy, Squared, Absolute, Huber, Hinge, SquaredHinge, Exponential)
FOR_VALUES = (Squared, Absolute, Huber, Poisson, EpsilonInsensitive, Quantile)


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
    expected = ((SEVERAL.softmax(1) - ONE_HOT) ** 2).sum(1) / 2
    torch.testing.assert_close(Squared().values(SEVERAL, CLASSES), expected)


def test_squared_loss_of_regression_squashes_nothing():
    values = Squared().values(ONE, torch.tensor([1.0, 0.0, 0.7, 38.0]))
    assert values.tolist() == [8.0, 0.0, 0.0, 2.0]


@pytest.mark.parametrize(
    ("loss", "reference"),
    [
        (Squared(), lambda o, t: F.mse_loss(o, t, reduction="none") / 2),
        (Absolute(), lambda o, t: F.l1_loss(o, t, reduction="none")),
        (Huber(delta=0.3), lambda o, t: F.huber_loss(o, t, reduction="none", delta=0.3)),
        (EpsilonInsensitive(epsilon=0.2), lambda o, t: ((o - t).abs() - 0.2).clamp(min=0)),
    ],
)
def test_distances_of_values_and_of_two_classes(loss: Loss, reference):
    torch.testing.assert_close(loss.values(MILD, VALUES), reference(MILD[:, 0], VALUES))
    if "classes" in loss.tags:
        torch.testing.assert_close(
            loss.values(MILD, SIDES), reference(MILD[:, 0].tanh(), SIGNS), rtol=1e-5, atol=1e-6
        )


def test_distances_of_several_classes_are_from_the_softmax():
    softmax = SEVERAL.softmax(1)
    true = softmax.gather(1, CLASSES[:, None])[:, 0]
    torch.testing.assert_close(Absolute().values(SEVERAL, CLASSES), 2 * (1 - true))
    huber = F.huber_loss(softmax, ONE_HOT, reduction="none", delta=0.2).sum(1)
    torch.testing.assert_close(Huber(delta=0.2).values(SEVERAL, CLASSES), huber)


def test_hinge_is_scikit_learns():
    values = Hinge().values(MILD, SIDES)
    assert values.tolist() == pytest.approx([0, 1, 0.3, 2, 0, 0.8])
    expected = metrics.hinge_loss(SIGNS.numpy(), MILD[:, 0].numpy())
    assert values.mean().item() == pytest.approx(expected)


@pytest.mark.parametrize("loss", [Hinge(), SquaredHinge(), Exponential()])
def test_margins_of_several_classes_add_up_one_against_the_rest(loss: Loss):
    singles = [loss.values(SEVERAL[:, k, None], (k == CLASSES).long()) for k in range(4)]
    torch.testing.assert_close(loss.values(SEVERAL, CLASSES), torch.stack(singles).sum(0))


def test_margins_of_two_classes():
    margin = MILD[:, 0] * SIGNS
    torch.testing.assert_close(SquaredHinge().values(MILD, SIDES), (1 - margin).clamp(min=0) ** 2)
    torch.testing.assert_close(Exponential().values(MILD, SIDES), torch.exp(-margin))


@pytest.mark.parametrize("loss", [CrossEntropy(), SquaredHinge(), Exponential()])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_best_output_says_how_frequent_blue_is(loss: Loss, share: float):
    """Where a share of the samples is blue, the output of least mean loss has p(blue) = share."""
    outputs = torch.linspace(-4, 4, 8001, dtype=torch.float64)[:, None]
    blue, orange = (torch.full((8001,), target) for target in (1, 0))
    mean = share * loss.values(outputs, blue) + (1 - share) * loss.values(outputs, orange)
    best = outputs[mean.argmin()][None]
    assert loss.probabilities(best)[0].tolist() == pytest.approx([1 - share, share], abs=1e-3)


def test_poisson_is_half_the_deviance_with_the_gradient_of_the_likelihood():
    outputs = MILD.clone().requires_grad_()
    counts = torch.tensor([0.0, 1.0, 3.0, 0.5, 2.0, 0.0])
    values = Poisson().values(outputs, counts)
    deviance = metrics.mean_poisson_deviance(counts.numpy(), MILD[:, 0].exp().numpy())
    assert values.mean().item() == pytest.approx(deviance / 2, rel=1e-5)
    (gradient,) = torch.autograd.grad(values.sum(), outputs)
    likelihood = nn.PoissonNLLLoss(log_input=True, reduction="sum")(outputs[:, 0], counts)
    (expected,) = torch.autograd.grad(likelihood, outputs)
    torch.testing.assert_close(gradient, expected)
    torch.testing.assert_close(Poisson().prediction(MILD), MILD[:, 0].exp())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_quantile_is_scikit_learns_pinball_loss(share: float):
    values = Quantile(quantile=share).values(MILD, VALUES)
    expected = metrics.mean_pinball_loss(VALUES.numpy(), MILD[:, 0].numpy(), alpha=share)
    assert values.mean().item() == pytest.approx(expected, rel=1e-5)
    if share == 0.5:
        torch.testing.assert_close(values, Absolute().values(MILD, VALUES) / 2)


@pytest.mark.parametrize("kind", FOR_CLASSES)
@pytest.mark.parametrize("outputs", [ONE, SEVERAL])
def test_probabilities_are_shares_that_sum_to_one(kind: type[Loss], outputs: Tensor):
    probabilities = kind().probabilities(outputs)
    assert probabilities.shape == (len(outputs), max(2, outputs.shape[1]))
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    torch.testing.assert_close(probabilities.sum(1), torch.ones(len(outputs)))
    if len(outputs) == len(SEVERAL):
        assert torch.equal(probabilities.argmax(1), SEVERAL.argmax(1))


@pytest.mark.parametrize("kind", FOR_CLASSES)
def test_positive_outputs_mean_blue(kind: type[Loss]):
    assert kind().probabilities(ONE).argmax(1).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize(("classes", "outputs"), [(0, 1), (2, 1), (3, 3), (10, 10)])
def test_outputs(classes: int, outputs: int):
    assert {kind().outputs(classes) for kind in FOR_CLASSES} == {outputs}


@pytest.mark.parametrize("kind", {*FOR_CLASSES, *FOR_VALUES})
def test_losses_keep_the_precision_of_the_outputs(kind: type[Loss]):
    loss, outputs = kind(), MILD.double()
    targets = [SIDES] if "classes" in kind.tags else []
    targets += [VALUES.abs()] if "values" in kind.tags else []
    for target in targets:
        single, double = loss.values(MILD, target), loss.values(outputs, target)
        assert (single.dtype, double.dtype) == (torch.float32, torch.float64)
        torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", set(FOR_VALUES) - set(FOR_CLASSES))
def test_losses_for_values_have_no_probabilities(kind: type[Loss]):
    with pytest.raises(ProblemError, match="says nothing of classes"):
        kind().probabilities(MILD)


def experiment_with(dataset: str, task: str, loss: str) -> Experiment:
    parts = {"dataset": dataset, "task": task, "loss": loss, "model": "mlp"}
    return Experiment(**{field: Part(name=name) for field, name in parts.items()})


@pytest.mark.parametrize(
    ("dataset", "task", "loss", "field", "sentence"),
    [
        (
            *("plane", "regression", "cross_entropy", "loss.name"),
            "loss: 'cross_entropy' is made for classes, but 'plane' gives values.",
        ),
        (
            *("plane", "classification", "squared", "task.name"),
            "task: 'classification' is made for classes, but 'plane' gives values.",
        ),
        (
            *("circle", "classification", "quantile", "loss.name"),
            "loss: 'quantile' is made for values, but 'circle' gives classes.",
        ),
        (
            *("circle", "regression", "squared", "task.name"),
            "task: 'regression' is made for values, but 'circle' gives classes.",
        ),
    ],
)
def test_problems_that_do_not_fit_are_refused(dataset, task, loss, field, sentence):
    experiment = experiment_with(dataset, task, loss)
    with pytest.raises(ProblemError) as caught:
        check_tags(experiment, load_data(experiment, Path()))
    problem = caught.value.problem
    assert (problem.sentence, problem.field) == (sentence, field)
    assert problem.hint
    assert problem.hint.startswith("Take ")


def test_poisson_refuses_negative_values():
    experiment = experiment_with("plane", "regression", "poisson")
    with pytest.raises(ProblemError, match="needs values of 0 or more") as caught:
        check_tags(experiment, load_data(experiment, Path()))
    assert caught.value.problem.field == "loss.name"
    split = Split(torch.zeros(3, 2), torch.tensor([0.0, 1.0, 7.0]))
    Poisson().check(Data("points", split, split, ()))
