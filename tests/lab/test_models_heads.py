"""GoogLeNet's auxiliary heads: learnt from, never reported, gone in eval mode."""

import copy

import pytest
import torch
from tests.lab.test_models_small import pictures, run_of
from torch import nn

from lantern.lab.building.heads import WithHeads
from lantern.lab.models.googlenet import HEAD_DROPOUT, GoogLeNet, published
from lantern.lab.run import Run

HEADS = ("head1", "head2")


def googlenet(**params: object) -> Run:
    return run_of("googlenet", pictures(), width=0.5, **params)


def head_weight(run: Run) -> torch.Tensor:
    return run.module.get_parameter("head1.output.weight").detach().clone()


def test_the_objective_is_the_loss_plus_a_share_of_the_heads_losses(monkeypatch):
    run = googlenet()
    told: list[tuple[float, float]] = []
    objective = Run.objective

    def listening(self: Run, loss: torch.Tensor, auxiliary: torch.Tensor | None = None):
        total = objective(self, loss, auxiliary)
        assert auxiliary is not None
        told.append(((total - loss).item(), auxiliary.item()))
        return total

    monkeypatch.setattr(Run, "objective", listening)
    stages = run.stages()
    next(stages)
    module = run.module
    assert isinstance(module, WithHeads)
    assert run.outputs is not None
    assert run.outputs.shape == (16, 3)
    assert list(stages)[-1] == "update"
    assert told[0][0] == pytest.approx(told[0][1], rel=1e-5)
    assert 0.3 * 0.5 < told[0][1] < 0.3 * 2 * 3
    assert run.losses is not None
    assert run.last_loss == pytest.approx(run.losses.mean().item())


def test_heads_learn_and_help_the_layers_below_them():
    run = googlenet()
    before = head_weight(run)
    run.advance()
    assert not torch.equal(before, head_weight(run))
    assert all(weight.grad is not None for weight in run.module.parameters())


def test_a_weight_of_zero_leaves_the_heads_out():
    run = googlenet(auxiliary=0.0)
    assert type(run.module) is nn.Sequential
    assert not any("head" in name for name, _ in run.module.named_modules())
    run.advance()


def test_in_eval_mode_no_head_is_called():
    module = GoogLeNet(width=0.5).build(pictures(), 3).eval()
    called: list[str] = []
    for path in HEADS:
        module.get_submodule(path).register_forward_hook(lambda *_, path=path: called.append(path))
    outputs = module(torch.rand(2, 3, 32, 32))
    assert outputs.shape == (2, 3)
    assert called == []


def test_a_model_with_heads_can_be_copied_in_the_middle_of_a_step():
    run = googlenet()
    next(run.stages())
    twin = copy.deepcopy(run.module).eval()
    assert twin(torch.rand(1, 3, 32, 32)).shape == (1, 3)


def test_another_weight_of_the_heads_gives_another_run():
    found = []
    for weight in (0.3, 0.6):
        run = googlenet(auxiliary=weight)
        for _ in range(2):
            run.advance()
        found.append(run.last_loss)
    assert found[0] != found[1]


def test_the_heads_dropout_stays_as_it_is():
    module = GoogLeNet(width=0.5).build(pictures(), 3)
    GoogLeNet(width=0.5, dropout=0.6).adjust(module)
    rates = {path: layer.rate for path, layer in module.named_modules() if "dropout" in path}
    assert rates == {
        "dropout": 0.6,
        "head1.dropout": HEAD_DROPOUT,
        "head2.dropout": HEAD_DROPOUT,
    }


def test_heads_hang_where_the_paper_has_them():
    with torch.device("meta"):
        module = published().eval()
        assert isinstance(module, WithHeads)
        hints = module.with_auxiliary(torch.zeros(2, 3, 224, 224))[1]
        assert [tuple(hint.shape) for hint in hints] == [(2, 1000), (2, 1000)]
    shapes = [module.get_parameter(f"{head}.conv.weight").shape for head in HEADS]
    assert shapes == [(128, 512, 1, 1), (128, 528, 1, 1)]


@pytest.mark.parametrize("side", [28, 36, 44, 64])
def test_heads_take_small_images_of_any_side(side: int):
    module = GoogLeNet(width=0.5).build(pictures(side), 3).eval()
    assert isinstance(module, WithHeads)
    hints = module.with_auxiliary(torch.rand(2, 3, side, side))[1]
    assert [hint.shape for hint in hints] == [(2, 3), (2, 3)]
