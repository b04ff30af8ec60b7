"""Statistics of layers against numpy, and of images by classes against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from tests.lab.looking import Mirror, run_of, subject_of, undisturbed
from tests.lab.test_inspectors_points import look
from tests.lab.test_norms import rows_of

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors._units import spread
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError


def outputs_of(subject, samples: int) -> dict[str, np.ndarray]:
    """What `conv1`, `conv2` and the rest put out behind their ReLU, by a walk of our own."""
    inputs, _ = subject.data.train.batch(torch.arange(samples))
    found, last = {}, ""
    with torch.no_grad():
        for path, part in subject.module.named_children():
            inputs = part(inputs)
            last = path if isinstance(part, torch.nn.Conv2d | torch.nn.Linear) else last
            heads = torch.nn.Conv2d | torch.nn.Linear | torch.nn.BatchNorm2d | torch.nn.ReLU
            if last and isinstance(part, heads):
                found[last] = inputs.double().numpy()
    return found


@pytest.mark.parametrize("name", ["images", "normed"])
@pytest.mark.parametrize("samples", [16, 5])
def test_numbers_are_those_of_numpy(name, samples):
    subject = subject_of(name)
    with undisturbed(subject.module):
        table, histograms = look("layer_stats", subject, samples=samples)
    wanted = outputs_of(subject, samples)
    assert list(rows_of(table)) == list(wanted) == ["conv1", "conv2", "fc1", "output"]
    for path, row in rows_of(table).items():
        values = wanted[path]
        assert row["mean"] == pytest.approx(values.mean(), abs=1e-5)
        assert row["deviation"] == pytest.approx(values.std(), rel=1e-5)
        silent = (values.reshape(samples, values.shape[1], -1) == 0).all(axis=(0, 2))
        assert row["dead"] == (None if path == "output" else pytest.approx(silent.mean()))
    for series in histograms.series:
        values = wanted[series.label]
        edges, counts = numpy_of(series.edges), numpy_of(series.counts)
        assert (edges[0], edges[-1]) == pytest.approx((values.min(), values.max()), abs=1e-5)
        assert counts.sum() == values.size
        # A number on an edge may fall to either side.
        assert np.abs(counts - np.histogram(values, edges)[0]).sum() <= 0.002 * values.size + 4


def test_only_the_layers_that_are_asked_for_are_shown():
    subject = subject_of("images")
    table, histograms = look("layer_stats", subject, layers=("fc1", "conv1"))
    assert list(rows_of(table)) == ["conv1", "fc1"]
    assert [series.label for series in histograms.series] == ["conv1", "fc1"]
    with pytest.raises(ProblemError, match="no layer 'conv9' with weights; there are conv1"):
        look("layer_stats", subject, layers=("conv9",))


def test_a_few_of_many_layers_are_evenly_spaced():
    names = [str(index) for index in range(50)]
    assert spread(names, 8) == ["0", "7", "14", "21", "28", "35", "42", "49"]
    assert spread(names[:3], 8) == names[:3]


def test_sums_of_branches_and_auxiliary_heads_do_not_hinder():
    for model in ("resnet", "googlenet"):
        run = run_of(Experiment(dataset=Part(name="digits"), model=Part(name=model)), 0)
        subject = Mirror().subject(run, {})
        table, histograms = look("layer_stats", subject)
        assert len(rows_of(table)) == len(histograms.series) == 8
        (norms,) = look("norms", subject)
        assert len(rows_of(norms)) == len(norms.rows) > 8
        assert set(rows_of(table)) <= set(rows_of(norms))


def test_scores_of_images_are_those_of_scikit_learn():
    subject = subject_of("images", 60)
    *_, matrix, table = look("confusion", subject)
    inputs, truths = subject.data.validation.batch(torch.arange(len(subject.data.validation)))
    with torch.no_grad():
        said = subject.module(inputs).argmax(1).numpy()
    assert numpy_of(matrix.values).tolist() == confusion_matrix(truths, said).tolist()
    found = precision_recall_fscore_support(truths, said, zero_division=0)
    for index, row in enumerate(table.rows[:-1]):
        assert row[1:] == pytest.approx([float(each[index]) for each in found])


def test_pictures_of_a_cell_are_as_many_as_the_cell_says():
    subject = subject_of("images", 60)
    *_, matrix, _ = look("confusion", subject)
    counts = numpy_of(matrix.values)
    wrong = np.argwhere(counts - np.diag(counts.diagonal())).tolist()
    for truth, answer in [(1, 1), *wrong][:4]:
        *_, figure = look(
            "ranking",
            subject,
            by="loss",
            true_class=truth,
            predicted_class=answer,
            samples=10_000,
        )
        assert figure.facts["found"] == counts[truth, answer]
