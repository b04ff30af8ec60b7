"""Histograms of activations, and what stands beside them: scores of classes, residuals."""

import numpy as np
import pytest
import torch
from tests.lab.looking import Mirror, run_of, subject_of
from tests.lab.test_inspectors_points import look

from lantern.lab.arrays import numpy_of
from lantern.lab.data import Data, Split
from lantern.lab.inspectors._class_scores import class_scores
from lantern.lab.kinds import Loss, Task
from lantern.lab.subject import Subject
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError


def regression() -> Subject:
    """y = 2 x1 - x2, seen by a network that says x1."""
    by = torch.Generator().manual_seed(2)
    points = torch.rand(60, 2, generator=by) * 2 - 1
    targets = 2 * points[:, 0] - points[:, 1]
    train, validation = Split(points[:40], targets[:40]), Split(points[40:], targets[40:])
    module = torch.nn.Sequential()
    module.add_module("output", torch.nn.Linear(2, 1))
    with torch.no_grad():
        module.output.weight.copy_(torch.tensor([[1.0, 0.0]]))
        module.output.bias.zero_()
    return Subject(
        module=module.eval().requires_grad_(False),
        data=Data(kind="points", train=train, validation=validation, classes=()),
        experiment=Experiment(
            dataset=Part(name="circle"), model=Part(name="mlp"), loss=Part(name="squared")
        ),
        step=1,
        loss=Loss.make(Part(name="squared")),
        task=Task.make(Part(name="classification")),
    )


def test_activations_are_counted_behind_the_non_linearity():
    subject = subject_of("points")
    (figure,) = look("activation_histogram", subject)
    assert [series.label for series in figure.series] == ["hidden1", "hidden2", "output"]
    module, inputs = subject.module, subject.data.train.inputs
    hidden1 = module.hidden1(module.features(inputs)).tanh().detach().numpy()
    edges = numpy_of(figure.series[0].edges)
    assert (edges[0], edges[-1]) == pytest.approx((hidden1.min(), hidden1.max()))
    wanted, _ = np.histogram(hidden1, bins=40)
    assert np.abs(numpy_of(figure.series[0].counts) - wanted).sum() <= 4
    assert numpy_of(figure.series[0].counts).sum() == hidden1.size


def test_scores_of_classes_by_hand():
    counts = torch.tensor([[8, 2, 0], [1, 9, 0], [3, 3, 0]])
    precision, recall, f1 = (each.tolist() for each in class_scores(counts))
    assert precision == pytest.approx([8 / 12, 9 / 14, 0])
    assert recall == pytest.approx([0.8, 0.9, 0])
    assert f1 == pytest.approx([16 / 22, 18 / 24, 0])


def test_confusion_has_a_table_of_scores_for_points():
    *_, matrix, table = look("confusion", subject_of("points", 200))
    assert [row[0] for row in table.rows] == ["orange", "blue", "mean"]
    counts = torch.from_numpy(numpy_of(matrix.values).astype(np.int64))
    f1 = class_scores(counts)[2]
    assert table.facts["macro F1"] == pytest.approx(float(f1.mean()))
    assert table.rows[-1][-1] == int(counts.sum())


def test_regression_has_values_in_place_of_classes():
    subject = regression()
    with pytest.raises(ProblemError, match="regression"):
        look("confusion", subject)
    (figure,) = look("residuals", subject)
    pairs = numpy_of(figure.points)
    assert pairs[:40, 0] == pytest.approx(subject.data.train.targets.numpy())
    assert pairs[:, 1] == pytest.approx(
        torch.cat([subject.data.train.inputs, subject.data.validation.inputs])[:, 0].numpy()
    )
    true, said = pairs[40:].T
    assert figure.facts["rmse"] == pytest.approx(np.sqrt(np.mean((true - said) ** 2)), rel=1e-5)
    r2 = 1 - np.sum((true - said) ** 2) / np.sum((true - true.mean()) ** 2)
    assert figure.facts["r2"] == pytest.approx(r2, rel=1e-5)
    (bars,) = look("prediction", subject)
    assert bars.labels == ("predicted", "true")


def test_a_step_of_regression_is_spelled_out_too():
    subject = regression()
    (neuron, blame, _) = look("backprop", subject, index=3)
    facts = neuron.facts
    assert facts["target"] == pytest.approx(float(subject.data.train.targets[3]))
    assert facts["activation"] == "linear"
    assert facts["delta"] == pytest.approx(facts["a"] - facts["target"], abs=1e-6)
    assert blame.rows == ()
    (gradients,) = look("gradients", subject, slot=0)
    assert gradients.facts["samples"] == 1


def test_classes_have_no_residuals():
    with pytest.raises(ProblemError, match="classes"):
        look(
            "residuals",
            Mirror().subject(
                run_of(Experiment(dataset=Part(name="circle"), model=Part(name="mlp")), 1), {}
            ),
        )
