"""What the inspectors show of networks that look at images."""

import base64

import numpy as np
import pytest
import torch
from tests.lab.looking import IMAGES, Mirror, run_of, subject_of, two_class_images
from tests.lab.test_inspectors_points import floats, look
from torch import nn

from lantern.lab.arrays import numpy_of
from lantern.lab.inspectors.embedding import principal
from lantern.lab.kinds import Attribution, Inspector
from lantern.lab.subject import Progress
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.problems import ProblemError
from lantern.protocol.views import PixelInput, SampleInput

COLOURED = Experiment(
    dataset=Part(name="scenes", params={"side": 32, "samples": 200}),
    model=Part(name="small_cnn", params={"channels": [4, 6]}),
)


def test_columns_are_layers_after_their_non_linearity():
    subject = subject_of("images")
    (figure,) = look("network", subject)
    assert [(each.path, each.kind, each.shape, each.units) for each in figure.layers] == [
        ("input", "input", (1, 8, 8), 1),
        ("conv1", "conv", (4, 8, 8), 4),
        ("conv2", "conv", (6, 4, 4), 6),
        ("fc1", "linear", (64,), 64),
        ("output", "output", (10,), 10),
    ]
    inputs, truth = subject.resolve(0)
    module = subject.module
    conv1 = module.conv1(module.normalise(inputs)).relu()
    assert figure.layers[1].maps.scale == "magnitude"
    assert np.abs(floats(figure.layers[1].maps) - conv1[0].unsqueeze(1).numpy()).max() < (
        float(conv1.max()) / 255
    )
    probabilities = module(inputs).softmax(1)[0]
    last = figure.layers[-1]
    assert last.title == "softmax"
    assert last.names == subject.data.classes
    assert numpy_of(last.values) == pytest.approx(probabilities.numpy())
    assert figure.facts["predicted"] == subject.data.classes[int(probabilities.argmax())]
    assert figure.facts["probability"] == pytest.approx(float(probabilities.max()))
    assert figure.facts["true class"] == subject.data.classes[truth]
    assert len(figure.links) == 4
    assert figure.layers[3].maps is None
    assert numpy_of(figure.layers[3].values).shape == (64,)


def test_a_column_holds_at_most_so_many_maps_and_says_which():
    (figure,) = look("network", subject_of("images"), units=3)
    assert figure.layers[1].shown == (0, 1, 2)
    assert figure.layers[1].maps.values.shape == (3, 1, 8, 8)
    assert figure.layers[1].units == 4


def test_pools_are_shown_if_wanted():
    (figure,) = look("network", subject_of("images"), pools=True)
    assert [layer.path for layer in figure.layers] == [
        "input",
        "conv1",
        "pool1",
        "conv2",
        "fc1",
        "output",
    ]


def test_tanh_networks_are_shown_signed_and_single_cells_as_numbers():
    (figure,) = look("network", subject_of("lenet"))
    layers = {layer.path: layer for layer in figure.layers}
    assert layers["conv1"].maps.scale == "signed"
    assert layers["conv3"].maps is None
    assert numpy_of(layers["conv3"].values).shape == (120,)


def test_a_perceptron_on_images_has_templates_and_numbers():
    subject = subject_of("rows")
    (network,) = look("network", subject)
    assert [layer.path for layer in network.layers] == ["input", "hidden1", "hidden2", "output"]
    (filters,) = look("filters", subject)
    assert filters.images.values.shape == (12, 1, 8, 8)
    (deeper,) = look("filters", subject, layer="hidden2")
    assert deeper.type == "heatmap"
    assert deeper.values.shape == (8, 12)
    with pytest.raises(ProblemError, match="no convolution") as caught:
        look("attribution", subject, method="grad_cam")
    assert caught.value.problem.field == "layer"


def test_filters_of_deeper_layers_are_means_or_one_channel():
    subject = subject_of("images")
    weight = subject.module.conv2.weight.numpy()
    (mean,) = look("filters", subject, layer="conv2")
    (one,) = look("filters", subject, layer="conv2", channel=2)
    assert floats(mean.images)[:, 0] == pytest.approx(weight.mean(1), abs=2e-3)
    assert floats(one.images)[:, 0] == pytest.approx(weight[:, 2], abs=5e-3)
    with pytest.raises(ProblemError) as caught:
        look("filters", subject, layer="conv2", channel=4)
    assert caught.value.problem.field == "channel"


def test_colour_filters_are_pictures():
    module = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(1))
    module(torch.zeros(1, 3, 6, 6))
    (figure,) = look("filters", two_class_images(module))
    assert figure.images.values.shape == (5, 3, 3, 3)
    assert figure.images.scale == "pixels"


def test_a_two_class_network_with_one_output_works_everywhere():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(48, 1))
    subject = two_class_images(module)
    (network,) = look("network", subject)
    assert network.layers[-1].units == 2
    averaged = nn.Sequential(
        nn.Conv2d(1, 3, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 1)
    )
    # Those rectify gradients on their way, so that what speaks against is not the opposite.
    rectified = {"deconvnet", "guided_backprop", "guided_grad_cam"}
    for method, kind in Attribution.registry.items():
        subject = two_class_images(averaged if "needs-average" in kind.tags else module)
        *_, pictures, raw = look("attribution", subject, method=method, target=1)
        opposite = look("attribution", subject, method=method, target=0)[-1]
        if kind.signed and method not in rectified:
            assert numpy_of(opposite.values) == pytest.approx(-numpy_of(raw.values), abs=1e-6)
        assert pictures.images.values.shape == (1, 1, 6, 6)
    assert look("attack", subject)[0].facts["class attacked"] in {"dark", "bright"}


def test_activations_are_the_layers_own_in_the_order_asked_for():
    subject = subject_of("images")
    inputs, _ = subject.resolve(0)
    module = subject.module
    before = module.conv1(module.normalise(inputs))[0]
    (plain,) = look("activations", subject, layer="conv1", after_activation=False)
    (ranked,) = look("activations", subject, layer="conv1", order="strength")
    assert plain.images.scale == "signed"
    assert (
        np.abs(floats(plain.images)[:, 0] - before.numpy()).max() < float(before.abs().max()) / 99
    )
    strength = before.relu().mean((1, 2))
    ranking = strength.argsort(descending=True, stable=True).tolist()
    assert ranked.labels == tuple(map(str, ranking))
    (bars,) = look("activations", subject, layer="fc1")
    assert (bars.type, len(bars.labels), bars.low) == ("bars", 64, 0.0)
    with pytest.raises(ProblemError) as caught:
        look("activations", subject, layer="conv9")
    assert caught.value.problem.field == "layer"


def test_what_is_pooled_is_shown_as_what_it_comes_from():
    (pooled,) = look("activations", subject_of("images"), layer="pool1")
    (signed,) = look("activations", subject_of("lenet"), layer="pool1")
    assert (pooled.images.scale, signed.images.scale) == ("magnitude", "signed")  # ReLU, tanh


def test_inputs_come_from_the_slot():
    run = run_of(IMAGES)
    blank = PixelInput(shape=(8, 8), data=base64.b64encode(bytes(64)).decode())
    mirror = Mirror()
    drawn = mirror.subject(run, {0: blank, 1: SampleInput(split="train", index=7)})
    (figure,) = look("prediction", drawn, slot=0)
    assert "true class" not in figure.facts
    (other,) = look("prediction", drawn, slot=1)
    assert other.facts["true class"] == run.data.classes[int(run.data.train.targets[7])]
    (bars, *_) = look("attack", drawn, slot=0)
    assert bars.warnings == ("The true class is not known, so the predicted one is attacked.",)
    (histograms,) = look("gradients", drawn, slot=0)
    assert "the predicted one stands for it" in histograms.warnings[0]


def test_a_slot_in_which_nothing_lies_is_refused_but_for_the_first():
    subject = Mirror().subject(run_of(IMAGES), {3: SampleInput(index=2)})
    first, truth = subject.resolve(0)
    assert torch.equal(first, subject.data.validation.batch(torch.tensor([0]))[0])
    assert truth == int(subject.data.validation.targets[0])
    for name in ("prediction", "activations", "attribution", "neighbours", "deletion"):
        with pytest.raises(ProblemError, match="no input is pinned in slot 40; there are 0, 3"):
            look(name, subject, slot=40)


@pytest.mark.parametrize(("field", "place"), [("left", {"left": 8}), ("top", {"top": 500})])
def test_a_window_outside_the_picture_is_refused(field, place):
    look("occluded", subject_of("images"), left=7, top=7)
    with pytest.raises(ProblemError, match="covers nothing of an input of 8x8") as caught:
        look("occluded", subject_of("images"), **place)
    assert caught.value.problem.field == field


def test_samples_are_chosen_by_class_and_place():
    subject = subject_of("images")
    (figure,) = look("samples", subject, split="train", count=5, start=2, **{"class": 3})
    targets = subject.data.train.targets
    wanted = (targets == 3).nonzero()[2:7, 0].tolist()
    assert figure.facts["indices"] == " ".join(map(str, wanted))
    assert figure.labels == (subject.data.classes[3],) * 5
    shown = numpy_of(figure.images.values)
    pictures = subject.data.train.batch(torch.tensor(wanted))[0]
    assert np.abs(shown / 255 - pictures.numpy()).max() < 0.5 / 255 + 1e-6
    with pytest.raises(ProblemError) as caught:
        look("samples", subject, **{"class": 10})
    assert caught.value.problem.field == "class"


def test_an_attribution_shows_a_picture_and_the_raw_numbers():
    subject = subject_of("images", 200)
    over, raw = look("attribution", subject, method="grad_cam", layer="conv2", target=4)
    from lantern.lab.explaining import explain

    inputs, _ = subject.resolve(0)
    wanted = explain(subject.module, inputs, 4, "grad_cam", layer="conv2")
    assert np.array_equal(numpy_of(raw.values), wanted[0, 0].numpy())
    bilinear = nn.functional.interpolate(wanted, (8, 8), mode="bilinear", align_corners=False)
    assert np.abs(floats(over.images) - bilinear.numpy()).max() <= float(bilinear.max()) / 255
    assert over.underlay.values.shape == (1, 1, 8, 8)
    assert over.facts["layer"] == "conv2"
    assert over.facts["maps of"] == "relu2"
    assert over.facts["target"] == "4"
    assert over.facts["target logit"] == pytest.approx(float(subject.module(inputs)[0, 4]))
    assert over.facts["step"] == 200
    assert over.images.scale == "magnitude"


def test_integrated_gradients_tell_their_gap():
    (over, _) = look("attribution", subject_of("images", 200), method="integrated_gradients")
    assert over.facts["steps"] == "50"
    assert over.facts["completeness gap (%)"] < 5
    rough = {"method": "integrated_gradients", "method_params": {"steps": 2, "baseline": 1.0}}
    (over, _) = look("attribution", subject_of("images", 200), **rough)
    assert over.facts["completeness gap (%)"] > 5
    assert "take more steps" in over.warnings[0]


def test_occlusion_is_long_and_tells_how_far_it_is():
    view = Inspector.registry["attribution"].model_validate({"method": "occlusion"})
    assert view.runs_long
    assert not Inspector.registry["attribution"].model_validate({}).runs_long
    found = list(view.figures(subject_of("images")))
    assert isinstance(found[0], Progress)
    assert [figure.type for figure in found if not isinstance(figure, Progress)] == [
        "images",
        "heatmap",
    ]


def test_an_attack_shows_before_change_and_after():
    subject = subject_of("images", 200)
    found = look("attack", subject, method="pgd", method_params={"epsilon": 0.3})
    pictures, change, before, after = found
    assert pictures.images.values.shape == (2, 1, 8, 8)
    shown = floats(pictures.images)
    assert np.abs(floats(change.images) - (shown[1] - shown[0])).max() < 3 / 255
    assert change.images.scale == "signed"
    low, high = float(numpy_of(change.images.low)[0]), float(numpy_of(change.images.high)[0])
    assert high == -low == pytest.approx(pictures.facts["linf"])
    assert pictures.facts["linf"] <= 0.3 + 1e-6
    assert pictures.facts["fooled"] in {"yes", "no"}
    # Of one pass: the captions and the bars cannot differ, however far training has come.
    assert pictures.labels == (
        before.caption.replace("predicted", "input:"),
        after.caption.replace("predicted", "changed:"),
    )
    assert before.labels == after.labels
    for bars in (before, after):
        assert numpy_of(bars.values).sum() == pytest.approx(1, abs=1e-5)
    still, nothing, *_ = look("attack", subject, method_params={"epsilon": 0})
    assert still.warnings == (
        "The gradient is 0 everywhere or the bound is 0, so nothing changed.",
    )
    assert np.abs(floats(nothing.images)).max() < 0.01


def test_the_change_of_a_picture_in_colour_is_the_mean_of_its_colours():
    pictures, change, *_ = look("attack", Mirror().subject(run_of(COLOURED, 1), {}))
    assert pictures.images.values.shape == (2, 3, 32, 32)
    assert change.images.values.shape == (1, 1, 32, 32)
    before, after = floats(pictures.images)
    assert np.abs(floats(change.images)[0, 0] - (after - before).mean(0)).max() < 2 / 255
    assert change.labels == ("change: mean of colours",)


def test_the_embedding_is_the_principal_plane():
    subject = subject_of("images", 200)
    (figure,) = look("embedding", subject, samples=60)
    inputs, _ = subject.data.validation.batch(torch.arange(60))
    module = subject.module
    upto = nn.Sequential(
        *list(module.children())[: list(dict(module.named_children())).index("fc1") + 2]
    )
    features = upto(inputs).double()
    centred = features - features.mean(0)
    u, s, _ = torch.linalg.svd(centred, full_matrices=False)
    found = torch.from_numpy(numpy_of(figure.points).copy()).double()
    assert torch.allclose(found.abs(), (u[:, :2] * s[:2]).abs(), atol=1e-3)
    share = float(s[:2].square().sum() / s.square().sum())
    assert figure.facts["variance share"] == pytest.approx(share, abs=1e-4)
    assert figure.thumbnails.shape == (60, 1, 8, 8)


@pytest.mark.parametrize("shape", [(30, 4), (10, 40), (12, 1)])
def test_principal_components_do_not_flip(shape):
    by = torch.Generator().manual_seed(0)
    features, labels = torch.randn(shape, generator=by), torch.arange(shape[0]).float()
    points, shares = principal(features, labels)
    flipped, _ = principal(-features, labels)
    torch.testing.assert_close(points, flipped)
    assert points.shape == (shape[0], 2)
    assert 0 < float(shares.sum()) <= 1 + 1e-6
