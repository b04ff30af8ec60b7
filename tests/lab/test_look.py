"""The mirror shows the weights as they are and touches nothing."""

import copy
import time

import torch
from tests.lab.looking import IMAGES, NORMED, POINTS, hooks_on, run_of, undisturbed
from torch import nn

from lantern.lab.look import Mirror, private_copy
from lantern.protocol.views import SampleInput


def test_a_mirror_shows_the_present_weights_and_buffers():
    run, mirror = run_of(NORMED), Mirror()
    first = mirror.subject(run, {})
    run.advance()
    second = mirror.subject(run, {0: SampleInput(index=3)})
    assert second.module is first.module
    assert second.step == run.step == 6
    assert second.inputs == {0: SampleInput(index=3)}
    for name, tensor in run.module.state_dict().items():
        assert torch.equal(second.module.state_dict()[name], tensor), name


def test_the_copy_is_in_eval_mode_without_gradients():
    subject = Mirror().subject(run_of(NORMED), {})
    assert not any(part.training for part in subject.module.modules())
    assert not any(weight.requires_grad for weight in subject.module.parameters())


def test_an_own_copy_stays_as_it_is():
    run, mirror = run_of(IMAGES), Mirror()
    own = mirror.subject(run, {}, own=True)
    kept = copy.deepcopy(own.module.state_dict())
    run.advance()
    mirror.subject(run, {})
    assert all(torch.equal(tensor, kept[name]) for name, tensor in own.module.state_dict().items())


def test_a_rebuilt_run_gets_a_new_copy():
    mirror = Mirror()
    small = mirror.subject(run_of(POINTS), {})
    large = mirror.subject(run_of(IMAGES), {})
    assert small.module is not large.module
    assert "conv1.weight" in large.module.state_dict()


def test_looking_leaves_the_run_bit_for_bit_as_it_was():
    run, mirror = run_of(NORMED), Mirror()
    with undisturbed(run.module):
        for own in (False, True):
            subject = mirror.subject(run, {}, own=own)
            with torch.no_grad():
                subject.module(subject.resolve(0)[0])


def test_watched_training_gives_the_same_weights():
    watched, alone, mirror = run_of(NORMED, 0), run_of(NORMED, 0), Mirror()
    for _ in range(6):
        for _ in watched.stages():
            subject = mirror.subject(watched, {})
            subject.module(subject.resolve(0)[0])
        alone.advance()
    for name, tensor in alone.module.state_dict().items():
        assert torch.equal(watched.module.state_dict()[name], tensor), name


def test_within_a_step_the_last_boundary_is_shown():
    run, mirror = run_of(NORMED), Mirror()
    boundary = copy.deepcopy(mirror.subject(run, {}).module.state_dict())
    next(iter(run.stages()))
    assert run.is_inside_step
    for seen in (mirror.subject(run, {}), Mirror().subject(run, {})):
        for name, tensor in seen.module.state_dict().items():
            assert torch.equal(tensor, boundary[name]), name


def test_hooks_of_the_trainer_are_not_copied():
    called: list[int] = []
    module = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    module[0].register_forward_hook(lambda *_: called.append(1))
    module.register_full_backward_hook(lambda *_: None)
    twin = private_copy(module)
    twin(torch.ones(1, 2))
    assert (hooks_on(twin), hooks_on(module), called) == (0, 2, [])


def test_a_look_at_a_small_network_costs_microseconds():
    run, mirror = run_of(POINTS), Mirror()
    mirror.subject(run, {})
    best = min(_seconds(lambda: mirror.subject(run, {})) for _ in range(50))
    assert best < 0.5e-3


def _seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
