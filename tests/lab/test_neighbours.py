"""The nearest training samples, by pixels and by what a layer makes of them."""

import base64

import numpy as np
import pytest
import torch
from tests.lab.looking import IMAGES, Mirror, run_of, subject_of, undisturbed
from tests.lab.test_embeddings import look

from lantern.lab.inspectors import neighbours
from lantern.protocol.views import PixelInput, SampleInput


def numbers(figure, name, kind=float):
    return [kind(each) for each in figure.facts[name].split()]


def by_hand(rows: np.ndarray, query: np.ndarray, metric: str) -> np.ndarray:
    if metric == "euclidean":
        return np.sqrt(((rows - query) ** 2).sum(1))
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
    return 1 - rows @ query / lengths


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbours_are_those_of_numpy(metric):
    subject = subject_of("images", 200)
    with undisturbed(subject.module):
        own, pixels, layer = look("neighbours", subject, metric=metric, samples=150, neighbours=6)
    module, (inputs, truth) = subject.module, subject.resolve(0)
    pictures, targets = subject.data.train.batch(torch.arange(150))
    upto = module[: [name for name, _ in module.named_children()].index("fc1") + 2]
    for figure, rows, query in (
        (pixels, pictures.flatten(1), inputs.flatten(1)),
        (layer, upto(pictures), upto(inputs)),
    ):
        distances = by_hand(rows.double().numpy(), query[0].double().numpy(), metric)
        order = distances.argsort(kind="stable")[:6]
        assert numbers(figure, "indices", int) == order.tolist()
        assert numbers(figure, "distances") == pytest.approx(distances[order], abs=1e-4)
        assert numbers(figure, "classes", int) == targets[order].tolist()
        share = float((targets[order] == truth).double().mean())
        assert figure.facts["same class"] == pytest.approx(share)
        assert figure.labels[0].startswith(subject.data.classes[int(targets[order[0]])])
    assert (pixels.facts["space"], layer.facts["space"]) == ("pixel space", "fc1")
    assert own.labels == (subject.data.classes[truth],)


def test_a_training_sample_is_not_its_own_neighbour():
    subject = Mirror().subject(run_of(IMAGES), {3: SampleInput(split="train", index=7)})
    for figure in look("neighbours", subject, slot=3, samples=50)[1:]:
        assert 7 not in numbers(figure, "indices", int)


def test_a_drawing_has_neighbours_but_no_class():
    blank = PixelInput(shape=(8, 8), data=base64.b64encode(bytes(range(64))).decode())
    subject = Mirror().subject(run_of(IMAGES), {0: blank})
    own, pixels, layer = look("neighbours", subject, samples=50, metric="cosine")
    assert own.labels == ("class not known",)
    assert pixels.caption == layer.caption == "the input's class is not known"
    assert "same class" not in layer.facts


def test_features_are_computed_once_while_the_weights_stay(monkeypatch):
    run, mirror, calls = run_of(IMAGES), Mirror(), []
    true = neighbours.features_of
    monkeypatch.setattr(neighbours, "_kept", {})
    monkeypatch.setattr(neighbours, "features_of", lambda *a, **k: calls.append(1) or true(*a, **k))
    for index in (0, 1, 2):
        look("neighbours", mirror.subject(run, {0: SampleInput(index=index)}), samples=50)
    assert len(calls) == 1
    run.advance()
    look("neighbours", mirror.subject(run, {}), samples=50)
    look("neighbours", mirror.subject(run, {}), samples=50, layer="conv1")
    assert len(calls) == 3
