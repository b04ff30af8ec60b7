"""The worst mistakes and the surest answers, against all samples judged at once."""

import numpy as np
import pytest
import torch
from tests.lab.looking import IMAGES, Mirror, run_of, subject_of, undisturbed
from tests.lab.test_inspectors_points import look

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors.ranking import Ranking
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import PixelInput, SampleInput


def judged(subject, split="validation"):
    """Return truths, classes said, probabilities (n, classes) and losses of a whole split."""
    samples = subject.data.validation if split == "validation" else subject.data.train
    inputs, targets = samples.batch(torch.arange(len(samples)))
    with torch.no_grad():
        outputs = subject.module(inputs)
    losses = torch.nn.functional.cross_entropy(outputs, targets, reduction="none")
    shares = outputs.softmax(1)
    return targets.numpy(), shares.argmax(1).numpy(), shares.numpy(), losses.numpy()


def expected(subject, by, fits=None, split="validation"):
    truths, said, shares, losses = judged(subject, split)
    two = np.sort(shares, axis=1)[:, -2:]
    keys = {
        "loss": losses,
        "mistakes": losses,
        "confident": two[:, 1],
        "uncertain": two[:, 0] - two[:, 1],
    }[by]
    wanted = {"mistakes": truths != said, "confident": truths == said}.get(by, truths >= 0)
    wanted = wanted if fits is None else wanted & fits(truths, said)
    return keys, np.flatnonzero(wanted)


@pytest.mark.parametrize("by", ["loss", "mistakes", "confident", "uncertain"])
@pytest.mark.parametrize("split", ["validation", "train"])
def test_it_finds_what_brute_force_finds(by, split):
    subject = subject_of("images")
    *_, figure = look("ranking", subject, by=by, count=10, split=split, samples=100_000)
    keys, members = expected(subject, by, split=split)
    found = list(figure.samples)
    assert set(found) <= set(members.tolist())
    best = np.sort(keys[members])[::-1][:10]
    assert keys[found] == pytest.approx(best, abs=1e-5)
    assert (figure.facts["found"], figure.facts["split"]) == (len(members), split)


def test_pictures_and_words_belong_to_the_samples():
    subject = subject_of("images")
    *_, figure = look("ranking", subject, by="loss", count=5)
    truths, said, shares, _ = judged(subject)
    names = subject.data.classes
    pixels = numpy_of(figure.images.values)
    for place, index in enumerate(figure.samples):
        pair, probability = figure.labels[place].split(": ")
        assert pair == f"{names[truths[index]]} → {names[said[index]]}"
        assert float(probability.rstrip(" %")) == pytest.approx(100 * shares[index].max(), abs=0.06)
        picture, _ = subject.data.validation.batch(torch.tensor([index]))
        assert np.abs(pixels[place] / 255 - picture[0].numpy()).max() <= 0.5 / 255 + 1e-6


def test_a_cell_of_the_confusion_matrix_is_found_by_its_two_classes():
    subject = subject_of("images")
    truths, said, _, _ = judged(subject)
    wrong = np.flatnonzero(truths != said)[0]
    row, column = int(truths[wrong]), int(said[wrong])
    asked = {"true_class": row, "predicted_class": column, "count": 200}
    *_, figure = look("ranking", subject, by="loss", **asked)
    members = np.flatnonzero((truths == row) & (said == column))
    assert sorted(figure.samples) == members.tolist()
    *_, nothing = look("ranking", subject, by="confident", **asked)
    assert nothing.samples == ()
    assert nothing.images.values.shape[0] == 0


def test_equal_samples_stay_in_the_order_of_the_data():
    subject = Mirror().subject(run_of(IMAGES, 0), {}, own=True)
    with torch.no_grad():
        for weight in subject.module.parameters():
            weight.zero_()
    *_, figure = look("ranking", subject, by="uncertain", count=40)
    assert figure.samples == tuple(range(40))


def test_it_goes_on_in_small_slices_and_changes_nothing():
    subject = subject_of("images")
    with undisturbed(subject.module):
        steps = list(Ranking(samples=300).figures(subject))
    told = [step.fraction for step in steps if isinstance(step, Progress)]
    assert told[0] == 0
    assert told == sorted(set(told))
    assert told[-1] < 1


def test_what_it_found_so_far_is_shown_on_the_way():
    steps = list(Ranking(samples=600, split="train").figures(subject_of("images")))
    judged = [step.facts["judged"] for step in steps if not isinstance(step, Progress)]
    assert judged == [64, 128, 256, 512, 600]
    assert not isinstance(steps[-1], Progress)


def test_a_class_that_is_not_there_is_refused_by_name():
    with pytest.raises(ProblemError, match="predicted_class: there are 10 classes") as refused:
        look("ranking", subject_of("images"), predicted_class=10)
    assert refused.value.problem.field == "predicted_class"
    with pytest.raises(ProblemError, match="learn from images"):
        look("ranking", subject_of("points"))


def test_all_pinned_inputs_are_judged_at_once():
    plain = subject_of("images")
    black = PixelInput(shape=(8, 8), data="A" * 84 + "AA==")
    inputs = {7: SampleInput(split="train", index=3), 2: black}
    subject = Mirror().subject(run_of(IMAGES), inputs)
    (figure,) = look("inputs", subject)
    assert figure.facts["slots"] == "0 2 7"
    assert figure.images.values.shape == (3, 1, 8, 8)
    assert not numpy_of(figure.images.values)[1].any()
    for slot, label in zip((0, 2, 7), figure.labels, strict=True):
        (bars,) = look("prediction", subject, slot=slot)
        assert label.split(": ")[0] == bars.facts["predicted"]
    assert figure.facts["wrong"].split()[1] == "0"
    (alone,) = look("inputs", plain)
    assert alone.facts["slots"] == "0"


def test_samples_say_which_they_are():
    (figure,) = look("samples", subject_of("images"), start=5, count=3, **{"class": 4})
    assert " ".join(map(str, figure.samples)) == figure.facts["indices"]
