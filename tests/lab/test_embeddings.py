"""Where layers put samples: PCA, t-SNE and UMAP, and how far a picture of them can be trusted."""

import math
import threading

import numpy as np
import pytest
import torch
from sklearn.manifold import trustworthiness as trusted
from tests.lab.looking import ROWS, Mirror, run_of, subject_of, undisturbed

from lantern.lab import components
from lantern.lab.arrays import numpy_of
from lantern.lab.aside import aside, drained
from lantern.lab.components import is_large, principal
from lantern.lab.inspectors import embedding
from lantern.lab.inspectors._epochs import Epochs, _library, prepared
from lantern.lab.kinds import Inspector
from lantern.lab.nearness import distances_between, nearest, trustworthiness
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError

CENTRES = 8 * torch.eye(6)[:3].repeat_interleave(20, 0)
BLOBS = CENTRES + torch.randn(60, 6, generator=torch.Generator().manual_seed(0))
SMALL = {
    "tsne": {"samples": 60, "iterations": 100, "perplexity": 10},
    "umap": {"samples": 60, "epochs": 60},
}


def look(name, subject, **params):
    found = Inspector.registry[name].model_validate(params).figures(subject)
    return [figure for figure in found if not isinstance(figure, Progress)]


def test_distances_and_neighbours_are_those_of_numpy():
    distances = drained(distances_between(BLOBS, at=(0, 1)))
    rows = BLOBS.double().numpy()
    wanted = np.sqrt(((rows[:, None] - rows[None]) ** 2).sum(-1))
    assert np.abs(distances.numpy() - wanted).max() < 1e-3
    indices, near = nearest(distances, 5)
    np.fill_diagonal(wanted, np.inf)
    assert (indices.numpy() == wanted.argsort(1)[:, :5]).all()
    assert near.numpy() == pytest.approx(np.sort(wanted, 1)[:, :5], abs=1e-3)


@pytest.mark.parametrize("neighbours", [3, 10])
def test_trustworthiness_is_that_of_scikit_learn(neighbours):
    points = BLOBS[:, 2:4]
    distances = drained(distances_between(BLOBS, at=(0, 1)))
    found = drained(trustworthiness(distances, points, neighbours))
    wanted = trusted(BLOBS.numpy(), points.numpy(), n_neighbors=neighbours)
    assert found == pytest.approx(wanted, abs=1e-9)
    assert drained(trustworthiness(distances, BLOBS, neighbours)) == pytest.approx(1)


def test_three_components_begin_with_the_two():
    reference = torch.arange(60.0)
    two, _ = principal(BLOBS, reference)
    three, shares = principal(BLOBS, reference, 3)
    torch.testing.assert_close(three[:, :2], two)
    assert (shares[:-1] >= shares[1:]).all()


def test_many_components_by_iteration_are_those_of_the_exact_way(monkeypatch):
    by = torch.Generator().manual_seed(1)
    spread = torch.linspace(3, 0.1, 500) ** 2
    features = torch.randn(450, 500, generator=by) * spread
    reference = torch.arange(450.0)
    assert is_large(features)
    found, shares = principal(features, reference, 3)
    again, _ = principal(features, reference, 3)
    assert torch.equal(found, again)
    monkeypatch.setattr(components, "LARGE", 1000)
    exact, wanted = principal(features, reference, 3)
    torch.testing.assert_close(shares, wanted, rtol=1e-2, atol=0)
    likeness = torch.nn.functional.cosine_similarity(found, exact, dim=0)
    assert likeness.abs().min() > 0.98


def test_a_large_embedding_is_made_in_a_thread_of_its_own(monkeypatch):
    threads = []

    def noted(*given):
        threads.append(threading.current_thread().name)
        return principal(*given)

    monkeypatch.setattr(embedding, "principal", noted)
    subject = subject_of("images", 200)
    look("embedding", subject, samples=60)
    monkeypatch.setattr(components, "LARGE", 20)
    look("embedding", subject, samples=60)
    assert threads == [threading.current_thread().name, "aside"]


def test_pca_of_both_splits_marks_those_held_out():
    subject = subject_of("images", 200)
    (figure,) = look("embedding", subject, samples=41, split="both", dimensions=3)
    held = numpy_of(figure.held_out)
    assert held.tolist() == [0] * 21 + [1] * 20
    data = subject.data
    wanted = torch.cat([data.train.targets[:21], data.validation.targets[:20]])
    assert numpy_of(figure.labels).tolist() == wanted.tolist()
    assert figure.points.shape == (41, 3)
    assert 0.5 < figure.facts["trustworthiness"] <= 1


@pytest.mark.parametrize("normalise", ["deviation", "length"])
def test_features_are_normalised_before_projecting(normalise):
    subject = subject_of("images", 200)
    (plain,) = look("embedding", subject, samples=30)
    (other,) = look("embedding", subject, samples=30, normalise=normalise)
    assert not np.array_equal(numpy_of(plain.points), numpy_of(other.points))


@pytest.mark.parametrize("name", ["tsne", "umap"])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_layout_is_a_film_that_ends_with_what_can_be_trusted(name, dimensions):
    subject = subject_of("images", 200)
    with undisturbed(subject.module):
        film = look(name, subject, dimensions=dimensions, seed=3, **SMALL[name])
    assert len(film) > 3
    assert all(figure.points.shape == (60, dimensions) for figure in film)
    assert all(figure.thumbnails is None for figure in film[:-1])
    last = film[-1]
    assert last.thumbnails.shape == (60, 1, 8, 8)
    assert 0.8 < last.facts["trustworthiness"] <= 1
    assert last.facts["seed"] == 3
    again = look(name, subject, dimensions=dimensions, seed=3, **SMALL[name])
    assert [bytes(one.points.data) for one in again] == [bytes(one.points.data) for one in film]
    other = look(name, subject, dimensions=dimensions, seed=4, **SMALL[name])
    assert bytes(other[-1].points.data) != bytes(last.points.data)


def test_the_divergence_falls_with_more_iterations():
    subject = subject_of("images", 200)
    few, many = (
        look("tsne", subject, samples=60, perplexity=10, iterations=count)[-1].facts
        for count in (50, 400)
    )
    assert 0 < many["KL divergence"] < few["KL divergence"]


def test_a_perplexity_too_large_is_lowered_and_said():
    figure = look("tsne", subject_of("images"), samples=31, iterations=50)[-1]
    assert figure.facts["perplexity"] == 10
    assert "10 at most" in figure.warnings[0]


def test_epochs_in_pieces_are_those_of_the_library():
    distances = drained(distances_between(BLOBS, at=(0, 1)))
    start = principal(BLOBS, torch.arange(60.0))[0]
    mine = prepared(nearest(distances, 9), start, epochs=30, min_dist=0.1, seed=5)
    fresh = prepared(nearest(distances, 9), start, epochs=30, min_dist=0.1, seed=5)
    while mine.done < 30:
        mine.go(min(7, 30 - mine.done))
    assert np.array_equal(mine.points, whole(fresh))
    assert not np.array_equal(mine.points, start.numpy())


def whole(epochs: Epochs) -> np.ndarray:
    """What umap-learn's own loop makes of the same start."""
    from umap.layouts import optimize_layout_euclidean

    _library()
    state = np.random.RandomState(5).randint(-(2**31) + 1, 2**31 - 2, 3).astype(np.int64)
    return optimize_layout_euclidean(
        epochs.points,
        epochs.points,
        *epochs.edges,
        epochs.total,
        len(epochs.points),
        epochs.every,
        *epochs.curve,
        state,
        move_other=True,
    )


@pytest.mark.parametrize("name", ["tsne", "umap"])
def test_what_cannot_be_laid_out_is_refused(name):
    subject = Mirror().subject(run_of(ROWS, 0), {}, own=True)
    with torch.no_grad():
        for weight in subject.module.parameters():
            weight.fill_(math.nan)
    with pytest.raises(ProblemError, match="says the same") as caught:
        look(name, subject, **SMALL[name])
    assert caught.value.problem.field == "layer"


def test_work_aside_hands_over_what_it_makes_and_what_it_raises():
    steps = list(aside_values(lambda: 7))
    assert steps[-1] == 7
    assert all(step.rest_s > 0 for step in steps[:-1])
    with pytest.raises(ArithmeticError, match="seven"):
        list(aside_values(fail))


def aside_values(work):
    yield (yield from aside(work, Progress(0.5, "working")))


def fail():
    raise ArithmeticError("seven")
