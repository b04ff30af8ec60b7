"""Attacks stay in their ball and in range, and do what the papers say."""

import pytest
import torch
from tests.lab.looking import LinearPictures, Throwing, picture_net, undisturbed
from torch.nn import functional

from lantern.lab.explaining import attack
from lantern.lab.kinds import Attack
from lantern.lab.plugin import load_plugins
from lantern.protocol.problems import ProblemError

load_plugins()
PICTURES = torch.rand(4, 1, 8, 8, generator=torch.Generator().manual_seed(3))
LABELS = torch.tensor([0, 1, 2, 0])


@pytest.mark.parametrize("method", sorted(Attack.registry))
@pytest.mark.parametrize("epsilon", [0.0, 0.05, 0.5])
def test_every_attack_stays_in_its_ball_and_in_range(method, epsilon):
    moved, info = attack(picture_net(), PICTURES, LABELS, method, epsilon=epsilon)
    assert moved.shape == PICTURES.shape
    assert float(moved.min()) >= 0
    assert float(moved.max()) <= 1
    assert float((moved - PICTURES).abs().max()) <= epsilon + 1e-6
    assert max(info["linf"]) == pytest.approx(float((moved - PICTURES).abs().max()))
    assert info["fooled"] == [
        before == label != after
        for before, after, label in zip(info["before"], info["after"], LABELS.tolist(), strict=True)
    ]


def test_fgsm_is_one_step_along_the_sign_of_the_gradient():
    model = picture_net().eval()
    free = PICTURES.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(functional.cross_entropy(model(free), LABELS), free)
    wanted = (PICTURES + 0.1 * gradient.sign()).clamp(0, 1)
    assert torch.equal(attack(model, PICTURES, LABELS, "fgsm", epsilon=0.1)[0], wanted)


def test_pixels_without_gradient_stay():
    model = LinearPictures((1, 8, 8), 2)
    with torch.no_grad():
        model.output.weight[:, :32] = 0
    moved, _ = attack(model, PICTURES, LABELS.clamp(max=1), "fgsm", epsilon=0.2)
    change = (moved - PICTURES).flatten(1)
    assert not change[:, :32].any()
    assert change[:, 32:].all()


def test_pgd_with_one_long_step_is_fgsm():
    model = picture_net()
    one = attack(model, PICTURES, LABELS, "pgd", epsilon=0.1, alpha=0.1, steps=1)[0]
    torch.testing.assert_close(
        one, attack(model, PICTURES, LABELS, "fgsm", epsilon=0.1)[0], rtol=0, atol=1e-6
    )


def test_pgd_raises_the_loss_at_least_as_far_as_fgsm():
    model = picture_net().eval()

    def loss(pictures):
        return float(functional.cross_entropy(model(pictures), LABELS).detach())

    fast = attack(model, PICTURES, LABELS, "fgsm", epsilon=0.1)[0]
    slow = attack(model, PICTURES, LABELS, "pgd", epsilon=0.1, alpha=0.02, steps=20)[0]
    assert loss(PICTURES) < loss(fast)
    assert loss(fast) <= loss(slow) + 1e-3


def test_a_random_start_depends_on_its_seed_alone():
    model = picture_net()
    params = {"random_start": True, "steps": 1, "alpha": 0.001}
    first = attack(model, PICTURES, LABELS, "pgd", seed=1, **params)[0]
    torch.manual_seed(99)
    assert torch.equal(first, attack(model, PICTURES, LABELS, "pgd", seed=1, **params)[0])
    assert not torch.equal(first, attack(model, PICTURES, LABELS, "pgd", seed=2, **params)[0])


@pytest.mark.parametrize("method", sorted(Attack.registry))
def test_attacking_leaves_a_training_module_and_randomness_alone(method):
    model = picture_net().train()
    model(PICTURES).sum().backward()
    with undisturbed(model):
        attack(model, PICTURES, LABELS, method)
    thrower = Throwing()
    with undisturbed(thrower), pytest.raises(ArithmeticError):
        attack(thrower, PICTURES, LABELS, method)


@pytest.mark.parametrize(
    ("method", "params", "field"),
    [
        ("hammer", {}, "method"),
        ("fgsm", {"epsilon": 0.6}, "method_params.epsilon"),
        ("pgd", {"steps": 0}, "method_params.steps"),
    ],
)
def test_bad_requests_name_the_field(method, params, field):
    with pytest.raises(ProblemError) as caught:
        attack(picture_net(), PICTURES, LABELS, method, **params)
    assert caught.value.problem.field == field
