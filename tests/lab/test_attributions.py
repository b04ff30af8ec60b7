"""Attributions agree with captum called directly, and with closed forms."""

import pytest
import torch
from captum import attr
from tests.lab.looking import LinearPictures, Throwing, averaging_net, picture_net, undisturbed
from torch import nn

from lantern.lab import explain
from lantern.lab.kinds import Attribution
from lantern.lab.plugin import load_plugins
from lantern.lab.questions import Question
from lantern.protocol.problems import ProblemError

load_plugins()
PICTURES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(3))
CLOSE = {"rtol": 1e-6, "atol": 1e-6}


def net() -> nn.Module:
    return picture_net().eval()


def test_saliency_is_captums_with_its_sign():
    wanted = attr.Saliency(net()).attribute(PICTURES.clone().requires_grad_(), 1, abs=False)
    torch.testing.assert_close(explain(net(), PICTURES, 1, "saliency"), wanted, **CLOSE)
    assert float(wanted.min()) < 0


def test_input_x_gradient_is_captums():
    wanted = attr.InputXGradient(net()).attribute(PICTURES.clone().requires_grad_(), 1).detach()
    torch.testing.assert_close(explain(net(), PICTURES, 1, "input_x_gradient"), wanted, **CLOSE)


@pytest.mark.parametrize(("steps", "baseline"), [(50, 0.0), (20, 0.5)])
def test_integrated_gradients_are_captums(steps, baseline):
    wanted = attr.IntegratedGradients(net()).attribute(PICTURES, baseline, 1, n_steps=steps)
    found = explain(net(), PICTURES, 1, "integrated_gradients", steps=steps, baseline=baseline)
    torch.testing.assert_close(found, wanted.float().detach(), **CLOSE)


@pytest.mark.parametrize(("layer", "place"), [(None, 5), ("4", 5), ("5", 5), ("0", 2), ("2", 2)])
def test_grad_cam_is_captums_at_the_layers_non_linearity(layer, place):
    model = net()
    wanted = attr.LayerGradCam(model, model[place]).attribute(PICTURES, 1, relu_attributions=True)
    found = explain(model, PICTURES, 1, "grad_cam", layer=layer)
    torch.testing.assert_close(found, wanted.detach(), **CLOSE)
    assert found.shape == (2, 1, *wanted.shape[2:])


@pytest.mark.parametrize(("window", "stride", "baseline"), [(4, 2, 0.0), (3, 3, 0.3), (5, 2, 0.0)])
def test_occlusion_is_captums(window, stride, baseline):
    wanted = attr.Occlusion(net()).attribute(
        PICTURES, (1, window, window), (1, stride, stride), baseline, 1
    )
    found = explain(
        net(), PICTURES, 1, "occlusion", window=window, stride=stride, baseline=baseline
    )
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)


def test_occlusion_with_gaps_leaves_what_is_never_covered_at_zero():
    found = explain(net(), PICTURES, 1, "occlusion", window=1, stride=4)
    covered = torch.zeros(8, 8, dtype=torch.bool)
    covered[::4, ::4] = True
    assert not found[:, :, ~covered].any()
    assert found[:, :, covered].any()


def test_closed_forms_on_a_linear_network():
    model = LinearPictures((1, 8, 8), 3)
    weight = model.output.weight[2].reshape(1, 1, 8, 8).detach()
    torch.testing.assert_close(explain(model, PICTURES, 2, "saliency"), weight.expand(2, 1, 8, 8))
    shares = weight * PICTURES
    for method in ("input_x_gradient", "integrated_gradients"):
        torch.testing.assert_close(explain(model, PICTURES, 2, method), shares, **CLOSE)
    found = explain(model, PICTURES, 2, "occlusion", window=2, stride=2)
    patches = nn.functional.avg_pool2d(shares, 2) * 4  # the sum of w x over each 2 x 2 window
    wanted = patches.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_grad_cam_of_a_pooling_network_is_its_class_activation_map():
    model = averaging_net().eval()
    maps = model[1](model[0](PICTURES)).detach()
    wanted = torch.einsum("k,bkhw->bhw", model[4].weight[1].detach(), maps).relu() / 64
    found = explain(model, PICTURES, 1, "grad_cam")
    torch.testing.assert_close(found[:, 0], wanted, rtol=1e-5, atol=1e-6)
    assert not torch.allclose(found, explain(model, PICTURES, 0, "grad_cam"))


def test_integrated_gradients_add_up_to_the_difference_of_scores():
    method = Attribution.registry["integrated_gradients"](steps=100)
    question = Question(net(), PICTURES[:1], 1)
    checks = method.checks(question, method.attribute(question))
    assert checks["completeness gap (%)"] < 1
    assert checks["sum of attributions"] == pytest.approx(checks["score difference"], rel=0.01)


def test_a_two_class_network_with_one_output_has_two_opposite_saliencies():
    model = picture_net(outputs=1).eval()
    positive = explain(model, PICTURES, 1, "saliency")
    torch.testing.assert_close(explain(model, PICTURES, 0, "saliency"), -positive)


@pytest.mark.parametrize("method", sorted(Attribution.registry))
def test_explaining_leaves_a_training_module_and_randomness_alone(method):
    averages = "needs-average" in Attribution.registry[method].tags
    model = (averaging_net() if averages else picture_net()).train()
    model(PICTURES).sum().backward()
    seen: list[int] = []
    model[0].register_forward_hook(lambda *_: seen.append(1))
    with undisturbed(model):
        first = explain(model, PICTURES, 1, method)
        second = explain(model, PICTURES, 1, method)
    assert torch.equal(first, second)
    assert first.dtype == torch.float32
    assert not first.requires_grad
    assert not seen


@pytest.mark.parametrize("method", sorted(Attribution.registry))
def test_a_throwing_module_is_left_as_it_was(method):
    model = Throwing()
    with undisturbed(model), pytest.raises(ArithmeticError):
        explain(model, PICTURES, 0, method)


@pytest.mark.parametrize(
    ("method", "target", "params", "field"),
    [
        ("tea_leaves", 0, {}, "method"),
        ("saliency", 3, {}, "target"),
        ("saliency", -1, {}, "target"),
        ("occlusion", 0, {"window": 0}, "method_params.window"),
        ("integrated_gradients", 0, {"step": 5}, "method_params.step"),
        ("grad_cam", 0, {"layer": "7"}, "layer"),
    ],
)
def test_bad_requests_name_the_field(method, target, params, field):
    with pytest.raises(ProblemError) as caught:
        explain(net(), PICTURES, target, method, **params)
    assert caught.value.problem.field == field


def test_a_network_without_convolutions_has_no_grad_cam():
    with pytest.raises(ProblemError, match="no convolution") as caught:
        explain(LinearPictures((1, 8, 8), 3), PICTURES, 1, "grad_cam")
    assert caught.value.problem.field == "layer"
