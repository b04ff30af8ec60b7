"""LIME and KernelSHAP: exact on linear networks, honest elsewhere."""

import pytest
import torch
from tests.lab.looking import LinearPictures, picture_net
from torch import Tensor, nn

from lantern.lab import explain
from lantern.lab.attributions._segments import grid, superpixels
from lantern.lab.attributions._surrogate import shapley_fit
from lantern.lab.kinds import Attribution
from lantern.lab.plugin import load_plugins
from lantern.lab.questions import Explanation, Question

load_plugins()
PICTURES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(3))
COLOURED = torch.rand(1, 3, 9, 9, generator=torch.Generator().manual_seed(4))


def sums(shares: Tensor, labels: Tensor) -> Tensor:
    """Return shares (c, h, w) added up over each piece, at its pixels (c, h, w)."""
    by_piece = torch.zeros(int(labels.max()) + 1).index_add(
        0, labels.flatten(), shares.sum(0).flatten()
    )
    return by_piece[labels].expand_as(shares)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("lime", {"ridge": 0, "samples": 150, "side": 4}),
        ("lime", {"ridge": 0, "samples": 150, "side": 3, "baseline": 0.5, "draws": 1}),
        ("kernel_shap", {"samples": 150, "side": 4}),
        ("kernel_shap", {"samples": 150, "side": 3, "baseline": 0.5}),
    ],
)
def test_on_a_linear_network_a_piece_gets_the_sum_of_its_shares(method, params):
    model = LinearPictures((3, 9, 9), 3)
    weight = model.output.weight[2].reshape(3, 9, 9).detach()
    shares = weight * (COLOURED[0] - params.get("baseline", 0.0))
    found = explain(model, COLOURED, 2, method, **params)
    wanted = sums(shares, grid(9, 9, params["side"]))[None]
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_lime_over_superpixels_is_exact_on_a_linear_network():
    model = LinearPictures((3, 9, 9), 3)
    labels = superpixels(COLOURED[0], 3)
    assert labels.shape == (9, 9)
    assert labels.unique().tolist() == list(range(int(labels.max()) + 1))
    params = {"ridge": 0, "samples": 200, "side": 3, "segments": "superpixels"}
    shares = model.output.weight[0].reshape(3, 9, 9).detach() * COLOURED[0]
    found = explain(model, COLOURED, 0, "lime", **params)
    torch.testing.assert_close(found[0], sums(shares, labels), rtol=1e-4, atol=1e-4)


def test_superpixels_follow_the_colours():
    halves = torch.zeros(1, 12, 12)
    halves[:, :, 7:] = 1
    labels = superpixels(halves, 3)
    assert not set(labels[:, :7].unique().tolist()) & set(labels[:, 7:].unique().tolist())


def told(method: str, model: torch.nn.Module, **params) -> Explanation:
    question = Question(model.eval(), PICTURES[:1], 1)
    *_, last = Attribution.registry[method](**params).progressive(question)
    assert isinstance(last, Explanation)
    return last


def test_lime_tells_its_fit_and_how_far_draws_differ():
    linear = told("lime", LinearPictures((1, 8, 8), 3), ridge=0, side=4)
    assert linear.checks["R²"] == pytest.approx(1)
    assert linear.checks["spread over draws (%)"] < 1e-3
    assert not linear.cautions
    curved = told("lime", picture_net(), samples=60, side=4)
    more = told("lime", picture_net(), samples=1500, side=4)
    assert curved.checks["R²"] < 1
    assert more.checks["spread over draws (%)"] < curved.checks["spread over draws (%)"]
    assert told("lime", picture_net(), samples=20, side=8).cautions


def test_kernel_shap_adds_up_and_says_when_groups_are_few():
    found = told("kernel_shap", picture_net(), side=4)
    assert found.checks["completeness gap (%)"] < 1e-6
    assert not found.cautions
    few = told("kernel_shap", picture_net(), side=8, samples=40)
    assert few.checks["completeness gap (%)"] < 1e-6
    assert "40 groups are few for 64 cells" in few.cautions[0]


def test_shapley_values_of_a_game_with_an_interaction_are_exact():
    # v = 3 a + 5 b c: the product's worth is shared by b and c.
    rows = torch.tensor([[i >> bit & 1 for bit in range(3)] for i in range(1, 7)]).bool()
    a, b, c = rows.double().T
    gains = 3 * a + 5 * b * c
    fit = shapley_fit(rows, gains, 8.0)  # sizes 1 and 2 of three have the same kernel weight
    torch.testing.assert_close(fit.values, torch.tensor([3, 2.5, 2.5], dtype=torch.float64))


def test_another_seed_is_another_draw_and_the_same_seed_the_same():
    first, again, other = (
        explain(picture_net(), PICTURES, 1, "kernel_shap", samples=60, seed=seed)
        for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_a_poor_fit_is_said_by_both():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 40), Wild(), nn.Linear(40, 3)).eval()
    for method, params in (("lime", {"draws": 1, "samples": 100}), ("kernel_shap", {})):
        plugin = Attribution.registry[method].model_validate({"side": 4, **params})
        *_, last = plugin.progressive(Question(model, PICTURES[:1], 1))
        assert isinstance(last, Explanation)
        assert last.checks["R²"] < 0.5
        assert last.cautions[0].startswith("The linear model explains the network poorly: R² is")


class Wild(nn.Module):
    """As far from linear as can be."""

    def forward(self, values: Tensor) -> Tensor:
        return torch.sin(40 * values)
