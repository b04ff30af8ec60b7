"""Class activation maps against formulas written out here, and where their maps are taken."""

import numpy as np
import pytest
import torch
from tests.lab.looking import LinearPictures, averaging_net, picture_net
from torch import Tensor, nn
from torch.nn import functional

from lantern.lab import explain
from lantern.lab.places import place_of
from lantern.lab.plugin import load_plugins
from lantern.protocol.problems import ProblemError

load_plugins()
PICTURES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(3))
CLOSE = {"rtol": 1e-5, "atol": 1e-6}


def parts(place: int) -> tuple[np.ndarray, np.ndarray]:
    """Return A and d score / dA (b, k, h, w) of the layer at a place, class 1."""
    model = picture_net().eval()
    maps = model[: place + 1](PICTURES).detach().requires_grad_()
    score = model[place + 1 :](maps)[:, 1].sum()
    (gradient,) = torch.autograd.grad(score, maps)
    return maps.detach().numpy().astype(float), gradient.numpy().astype(float)


def relu_of_sum(weighed: np.ndarray) -> Tensor:
    return torch.tensor(np.maximum(weighed.sum(1), 0)[:, None], dtype=torch.float32)


@pytest.mark.parametrize(("layer", "place"), [(None, 5), ("0", 2), ("1", 1), ("3", 3)])
def test_grad_cam_plus_plus(layer, place):
    a, g = parts(place)
    below = 2 * g**2 + a.sum((2, 3))[..., None, None] * g**3 + 1e-6
    alpha = np.where(g != 0, g**2 / below, 0)
    weights = (alpha * np.maximum(g, 0)).sum((2, 3))[..., None, None]
    found = explain(picture_net(), PICTURES, 1, "grad_cam_plus_plus", layer=layer)
    torch.testing.assert_close(found, relu_of_sum(weights * a), **CLOSE)


@pytest.mark.parametrize(("layer", "place"), [(None, 5), ("0", 2)])
def test_layer_cam(layer, place):
    a, g = parts(place)
    found = explain(picture_net(), PICTURES, 1, "layer_cam", layer=layer)
    torch.testing.assert_close(found, relu_of_sum(np.maximum(g, 0) * a), **CLOSE)


@pytest.mark.parametrize("weights", ["softmax", "increase"])
def test_score_cam(weights):
    model, (a, _) = picture_net().eval(), parts(5)
    scores = np.zeros(a.shape[:2])
    for image in range(2):
        for channel in range(a.shape[1]):
            large = functional.interpolate(
                torch.tensor(a[image, channel])[None, None],
                size=(8, 8),
                mode="bilinear",
                align_corners=True,
            )
            mask = (large - large.min()) / (large.max() - large.min() + 1e-8)
            with torch.no_grad():
                scores[image, channel] = model(PICTURES[image : image + 1] * mask.float())[0, 1]
    if weights == "softmax":
        factors = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    else:
        with torch.no_grad():
            factors = scores - float(model(torch.zeros(1, 1, 8, 8))[0, 1])
    found = explain(model, PICTURES, 1, "score_cam", weights=weights)
    torch.testing.assert_close(found, relu_of_sum(factors[..., None, None] * a), **CLOSE)


@pytest.mark.parametrize("outputs", [1, 3])
def test_cam_is_grad_cam_times_the_number_of_cells_and_its_mean_is_the_score(outputs):
    model = averaging_net(outputs).eval()
    cam = explain(model, PICTURES, 1, "cam")
    grad_cam = explain(model, PICTURES, 1, "grad_cam")
    torch.testing.assert_close(cam.relu(), grad_cam * 64, **CLOSE)
    with torch.no_grad():
        scores = model(PICTURES)[:, -1 if outputs == 1 else 1]
        bias = model[-1].bias[-1 if outputs == 1 else 1]
    torch.testing.assert_close(cam.mean((1, 2, 3)) + bias, scores, **CLOSE)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (picture_net(), "are not the means of maps"),
        (LinearPictures((1, 8, 8), 3), "are not the means of maps"),
        (nn.Sequential(nn.Conv2d(1, 3, 8), nn.Flatten()), "no linear layer"),
        (nn.Sequential(*averaging_net(), nn.ReLU(), nn.Linear(3, 3)), "'4' lies in between"),
        (nn.Sequential(*averaging_net(), nn.Softmax(1)), "more follows"),
    ],
)
def test_cam_says_why_a_network_has_none(model, reason):
    with pytest.raises(ProblemError, match=reason) as caught:
        explain(model, PICTURES, 1, "cam")
    assert caught.value.problem.field == "method"
    assert "Grad-CAM" in (caught.value.problem.hint or "")


class Block(nn.Module):
    """Two ways side by side, added or joined without a module of its own."""

    def __init__(self, *, joins: bool, ends: bool) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU() if ends else nn.Identity()
        self.joins = joins

    def forward(self, inputs: Tensor) -> Tensor:
        ways = self.conv1(inputs), self.norm(self.conv2(inputs))
        both = torch.cat(ways, 1) if self.joins else ways[0] + ways[1]
        return self.relu(both) if isinstance(self.relu, nn.ReLU) else both


def branching(*, joins: bool, ends: bool) -> nn.Module:
    torch.manual_seed(3)
    block = Block(joins=joins, ends=ends)
    return nn.Sequential(
        nn.Sequential(block),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8 if joins else 4, 3),
    ).eval()


@pytest.mark.parametrize("joins", [True, False])
@pytest.mark.parametrize("ends", [True, False])
def test_the_last_maps_of_branches_are_what_they_make_together(joins, ends):
    model = branching(joins=joins, ends=ends)
    place = place_of(model, PICTURES, None)
    assert place.path == ("0.0.relu" if ends else "1")
    cam = explain(model, PICTURES, 1, "cam")
    torch.testing.assert_close(
        explain(model, PICTURES, 1, "grad_cam") * 64, cam.relu(), rtol=1e-4, atol=1e-5
    )
    for method in ("layer_cam", "grad_cam_plus_plus", "score_cam", "guided_grad_cam"):
        assert explain(model, PICTURES, 1, method).isfinite().all()


def test_a_whole_block_can_be_named_as_the_layer():
    model = branching(joins=False, ends=False)
    torch.testing.assert_close(
        explain(model, PICTURES, 1, "grad_cam", layer="0.0"),
        explain(model, PICTURES, 1, "grad_cam"),
    )
    assert place_of(model, PICTURES, "0.0.conv2").maps_of == "0.0.norm"


def test_an_in_place_layer_does_not_overwrite_the_maps():
    torch.manual_seed(0)
    plain = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)
    ).eval()
    wanted = explain(plain, PICTURES, 1, "layer_cam", layer="1")
    plain[2].inplace = True
    torch.testing.assert_close(explain(plain, PICTURES, 1, "layer_cam", layer="1"), wanted)


@pytest.mark.parametrize("method", ["grad_cam", "grad_cam_plus_plus", "layer_cam", "score_cam"])
def test_a_layer_without_maps_is_refused(method):
    with pytest.raises(ProblemError, match="'8' has no maps") as caught:
        explain(picture_net(), PICTURES, 1, method, layer="8")
    assert caught.value.problem.field == "layer"
