"""Methods that follow gradients: captum's numbers, closed forms, and what they refuse."""

import warnings

import pytest
import torch
from captum import attr
from tests.lab.looking import LinearPictures, picture_net, undisturbed
from torch import Tensor, nn

from lantern.lab import explain
from lantern.lab.kinds import Attribution
from lantern.lab.plugin import load_plugins
from lantern.lab.questions import Explanation, Question
from lantern.lab.randomness import seed_for
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError

load_plugins()
PICTURES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(3))
OTHERS = torch.rand(12, 1, 8, 8, generator=torch.Generator().manual_seed(4))
CLOSE = {"rtol": 1e-6, "atol": 1e-6}
HOOKED = ("guided_backprop", "deconvnet", "guided_grad_cam", "deep_lift")


def net() -> nn.Module:
    return picture_net().eval()


def free() -> Tensor:
    return PICTURES.clone().requires_grad_()


@pytest.fixture(autouse=True)
def _captums_own_warnings():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"\s*Setting (back|for)ward")
        yield


@pytest.mark.parametrize(
    ("method", "theirs"),
    [
        ("guided_backprop", attr.GuidedBackprop),
        ("deconvnet", attr.Deconvolution),
    ],
)
def test_hooked_gradients_are_captums(method, theirs):
    wanted = theirs(net()).attribute(free(), target=1).detach()
    torch.testing.assert_close(explain(net(), PICTURES, 1, method), wanted, **CLOSE)


@pytest.mark.parametrize("between", [nn.AvgPool2d(2), nn.BatchNorm2d(4)])
@pytest.mark.parametrize("baseline", [0.0, 0.4])
def test_deep_lift_is_captums_where_no_max_pooling_follows_a_non_linearity(between, baseline):
    torch.manual_seed(6)
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), between, nn.Conv2d(4, 5, 3), nn.MaxPool2d(1), nn.Flatten(1)
    )
    side = 1 if isinstance(between, nn.AvgPool2d) else 4
    model.extend([nn.Linear(5 * side * side, 6), nn.Tanh(), nn.Linear(6, 3)]).eval()
    wanted = attr.DeepLift(model).attribute(free(), baselines=baseline, target=1).detach()
    found = explain(model, PICTURES, 1, "deep_lift", baseline=baseline)
    torch.testing.assert_close(found, wanted, **CLOSE)


def test_guided_grad_cam_is_captums_enlarged_bilinearly():
    model = net()
    wanted = attr.GuidedGradCam(model, model[5]).attribute(
        free(), target=1, interpolate_mode="bilinear"
    )
    found = explain(model, PICTURES, 1, "guided_grad_cam")
    torch.testing.assert_close(found, wanted.detach(), **CLOSE)


def test_smooth_grad_is_captums_noise_tunnel_on_the_same_noise():
    picture = PICTURES[:1]
    sigma = 0.2 * float(picture.max() - picture.min())
    method = attr.NoiseTunnel(attr.Saliency(net()))
    with torch.random.fork_rng():
        torch.manual_seed(seed_for(7, "attribution/smooth_grad"))
        wanted = method.attribute(
            picture.clone().requires_grad_(),
            nt_samples=30,
            stdevs=sigma,
            target=1,
            abs=False,
        )
    found = explain(net(), picture, 1, "smooth_grad", samples=30, sigma=0.2, seed=7)
    torch.testing.assert_close(found, wanted.detach(), rtol=1e-5, atol=1e-6)


def test_gradient_shap_from_black_comes_to_integrated_gradients():
    found = explain(net(), PICTURES, 1, "gradient_shap", samples=300, baselines="blank")
    wanted = explain(net(), PICTURES, 1, "integrated_gradients", steps=200)
    alike = nn.functional.cosine_similarity(found.flatten(1), wanted.flatten(1))
    assert float(alike.min()) > 0.999


def test_closed_forms_on_a_linear_network():
    model = LinearPictures((1, 8, 8), 3)
    weight = model.output.weight[2].reshape(1, 1, 8, 8).detach()
    shares = weight * PICTURES
    for method, wanted in (
        ("smooth_grad", weight.expand(2, 1, 8, 8)),
        ("guided_backprop", weight.expand(2, 1, 8, 8)),
        ("deep_lift", shares),
        ("gradient_shap", shares),
    ):
        found = explain(model, PICTURES, 2, method)
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5, msg=method)
    one = OTHERS[:1]
    found = explain(model, PICTURES, 2, "gradient_shap", background=one)
    torch.testing.assert_close(found, weight * (PICTURES - one), rtol=1e-4, atol=1e-5)


def told(method: str, model: nn.Module, background: Tensor | None = None, **params) -> Explanation:
    plugin = Attribution.registry[method](**params)
    question = Question(model, PICTURES[:1], 1, None, background)
    steps = list(plugin.progressive(question))
    assert isinstance(steps[-1], Explanation)
    return steps[-1]


def overlapping() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, padding=1),
        nn.ReLU6(),
        nn.MaxPool2d(3, 2, padding=1),
        nn.Conv2d(6, 6, 3, padding=1),
        nn.SiLU(),
        nn.MaxPool2d(3, 1),
        nn.Flatten(),
        nn.Linear(24, 3),
    ).eval()


def pooled_often() -> nn.Module:
    """ReLU and max pooling in turn: captum's own numbers miss the sum here by far."""
    torch.manual_seed(2)
    layers: list[nn.Module] = []
    for before, after in ((1, 6), (6, 8)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(32, 3)).eval()


@pytest.mark.parametrize("build", [net, overlapping, pooled_often])
def test_deep_lift_adds_up_whatever_the_non_linearity_and_the_pooling(build):
    checks = told("deep_lift", build()).checks
    assert checks["completeness gap (%)"] < 0.1
    assert told("deep_lift", build(), baseline=0.5).checks["completeness gap (%)"] < 0.1


def test_gradient_shap_adds_up_to_the_difference_from_the_others():
    gaps = [
        told("gradient_shap", net(), OTHERS, samples=samples).checks["completeness gap (%)"]
        for samples in (10, 1000)
    ]
    found = told("gradient_shap", net(), OTHERS, samples=1000)
    assert gaps[1] < min(gaps[0], 10)
    assert not found.cautions
    assert "no data" in told("gradient_shap", net()).cautions[0]


def test_smooth_grad_says_how_much_its_noise_matters():
    name = "likeness of the two halves (cosine)"
    few, many = (told("smooth_grad", net(), samples=n).checks[name] for n in (4, 400))
    assert few < many
    assert many > 0.95


def test_long_methods_show_what_they_have_so_far():
    question = Question(net(), PICTURES[:1], 1)
    for method, params in (
        ("smooth_grad", {"samples": 300}),
        ("gradient_shap", {"samples": 300}),
        ("lime", {"samples": 400}),
        ("kernel_shap", {"samples": 400}),
        ("occlusion", {"window": 1, "stride": 1}),
    ):
        if method == "occlusion":
            question = Question(net(), torch.rand(1, 1, 8, 8).repeat(4, 1, 1, 1), 1)
        steps = list(Attribution.registry[method](**params).progressive(question))
        explained = [step for step in steps if isinstance(step, Explanation)]
        assert len(explained) > 1, method
        assert isinstance(steps[0], Progress)
        assert explained[0].scores.shape == explained[-1].scores.shape


class Shared(nn.Module):
    """One ReLU in two places."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 3, 3), nn.Conv2d(3, 3, 3)
        self.relu = nn.ReLU()

    def forward(self, inputs: Tensor) -> Tensor:
        return self.relu(self.conv2(self.relu(self.conv1(inputs)))).mean((2, 3))


class Functional(Shared):
    """A ReLU that no hook sees."""

    def forward(self, inputs: Tensor) -> Tensor:
        return self.relu(self.conv2(torch.relu(self.conv1(inputs)))).mean((2, 3))


class Branching(Shared):
    """What the ReLU is given goes past it, too."""

    def forward(self, inputs: Tensor) -> Tensor:
        maps = self.conv1(inputs)
        return (self.relu(maps) + maps).mean((2, 3))


@pytest.mark.parametrize("method", HOOKED)
@pytest.mark.parametrize(
    ("model", "words"), [(Shared, "'relu' is used more than once"), (Functional, "as a function")]
)
def test_non_linearities_that_hooks_would_miss_are_refused(method, model, words):
    built = model()
    with undisturbed(built), pytest.raises(ProblemError, match=words) as caught:
        explain(built, PICTURES, 0, method)
    assert caught.value.problem.field == "method"


def test_guiding_one_branch_leaves_the_other_alone():
    torch.manual_seed(5)
    model = Branching()
    maps = model.conv1(PICTURES)
    slope = torch.zeros_like(maps)
    slope[:, 1] = 1 / 36
    guided = slope + slope.relu() * (maps > 0)
    wanted = nn.functional.conv_transpose2d(guided, model.conv1.weight).detach()
    torch.testing.assert_close(explain(model, PICTURES, 1, "guided_backprop"), wanted, **CLOSE)
    through = slope + slope.relu()
    wanted = nn.functional.conv_transpose2d(through, model.conv1.weight).detach()
    torch.testing.assert_close(explain(model, PICTURES, 1, "deconvnet"), wanted, **CLOSE)


def test_a_network_without_relu_has_nothing_to_guide_and_others_depend_weakly_on_weights():
    tanh = nn.Sequential(nn.Conv2d(1, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(108, 3)).eval()
    found = told("guided_backprop", tanh)
    assert found.cautions == ("This network has no ReLU to guide, so this is the plain gradient.",)
    plain = explain(tanh, PICTURES[:1], 1, "saliency")
    torch.testing.assert_close(found.scores, plain)
    for method in ("guided_backprop", "deconvnet", "guided_grad_cam"):
        assert told(method, net()).cautions[0].startswith("Weakly dependent on the weights")
    assert "SiLU passes its gradient on" in told("guided_backprop", overlapping()).cautions[1]


class Late(nn.Module):
    """Goes wrong after its ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.calls = 0

    def forward(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        outputs = self.relu(inputs).flatten(1)[:, :3]
        if self.calls > 2:
            raise ArithmeticError("from the third call on")
        return outputs


@pytest.mark.parametrize("method", ["guided_backprop", "deconvnet", "deep_lift"])
def test_hooks_and_tensors_are_gone_when_the_model_throws_under_them(method):
    model = Late()
    question = Question(model, PICTURES, 0)
    known = dict(model.relu.__dict__)
    with undisturbed(model), pytest.raises(ArithmeticError):
        Attribution.registry[method]().attribute(question)
    assert model.relu.__dict__.keys() == known.keys()
