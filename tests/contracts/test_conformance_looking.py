"""What all inspectors, attributions, attacks and demos must hold; a new file needs no test."""

import gc
import math

import pytest
import torch
from pydantic import TypeAdapter
from tests.lab.looking import (
    ALL,
    IMAGES,
    LinearPictures,
    Mirror,
    Throwing,
    averaging_net,
    picture_net,
    run_of,
    subject_of,
    two_class_images,
    undisturbed,
)
from torch import nn

from lantern.lab.explaining import attack, explain
from lantern.lab.kinds import Attack, Attribution, Demo, Inspector
from lantern.lab.plugin import Plugin
from lantern.lab.subject import Progress, Subject
from lantern.protocol.events import FigureEvent
from lantern.protocol.figures import Figure
from lantern.protocol.frame import decode, encode
from lantern.protocol.problems import ProblemError

SUBJECTS = ("points", "images", "rows", "normed", "lenet")
INSPECTORS = sorted(Inspector.registry)
ATTRIBUTIONS = sorted(Attribution.registry)
ATTACKS = sorted(Attack.registry)
PICTURES = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(5))
LABELS = torch.tensor([0, 2])
FIGURE = TypeAdapter(Figure)
SMALL = {
    "landscape": {"resolution": 5},
    "race": {"steps": 10, "resolution": 5},
    "tsne": {"samples": 40, "iterations": 50},
    "umap": {"samples": 40, "epochs": 20},
    "patches": {"samples": 40},
    "feature_visualisation": {"steps": 6, "compare": 20},
    "neighbours": {"samples": 40},
}


def views() -> list[Inspector]:
    """Every inspector as it comes, and with every attribution and attack."""
    plain = [plugin(**SMALL.get(name, {})) for name, plugin in Inspector.registry.items()]
    explained = [Inspector.registry["attribution"](method=name) for name in ATTRIBUTIONS]
    attacked = [Inspector.registry["attack"](method=name) for name in ATTACKS]
    return [*plain, *explained, *attacked]


def name_of(view: Inspector) -> str:
    return f"{view.name}-{getattr(view, 'method', '')}"


def fits(view: Inspector, name: str) -> bool:
    if ("points" if name == "points" else "images") not in view.tags:
        return False
    asked = Attribution.registry.get(getattr(view, "method", ""))
    tags = () if asked is None else asked.tags
    return not (name == "rows" and "needs-conv" in tags) and "needs-average" not in tags


OF_THE_DATA = {"samples", "augmented"}
"""They show data that no step changes, and ask the network nothing."""

CASES = [(view, name) for view in views() for name in SUBJECTS if fits(view, name)]
IDS = [f"{name_of(view)}-{name}" for view, name in CASES]


def frames(view: Inspector, subject: Subject) -> list[bytes]:
    found = [figure for figure in view.figures(subject) if not isinstance(figure, Progress)]
    return [encode(event_of(figure)) for figure in found]


def shown_or_refused(view: Inspector, subject: Subject) -> list[bytes] | str:
    try:
        return frames(view, subject)
    except ProblemError as refused:
        return refused.problem.sentence


def event_of(figure: Figure) -> FigureEvent:
    return FigureEvent(key="k", run=1, step=1, figures=(figure,))


@pytest.mark.parametrize(("view", "name"), CASES, ids=IDS)
def test_an_inspector_yields_figures_that_travel_and_leaves_no_trace(view, name):
    subject = subject_of(name)
    with undisturbed(subject.module):
        found = list(view.figures(subject))
    figures = [figure for figure in found if not isinstance(figure, Progress)]
    assert figures
    assert not isinstance(found[-1], Progress)
    for figure in figures:
        assert figure.title
        assert figure.alt.endswith(".")
        assert any(letter.isdigit() for letter in figure.alt)
        assert "step" in figure.facts or view.name in OF_THE_DATA
        again = decode(encode(event_of(figure)), FigureEvent).figures[0]
        assert type(again) is type(figure)
        FIGURE.validate_python(figure)


@pytest.mark.parametrize(("view", "name"), CASES, ids=IDS)
def test_the_same_look_gives_the_same_bytes(view, name):
    first = frames(view, subject_of(name))
    torch.rand(3)
    assert frames(view, subject_of(name)) == first


@pytest.mark.parametrize(("view", "name"), CASES, ids=IDS)
def test_a_network_full_of_nan_is_shown_or_refused_with_a_sentence(view, name):
    subject = Mirror().subject(run_of(ALL[name], 0), {}, own=True)
    with torch.no_grad():
        for weight in subject.module.parameters():
            weight.fill_(math.nan)
    assert shown_or_refused(view, subject)


@pytest.mark.parametrize("view", [view for view in views() if "images" in view.tags], ids=name_of)
def test_a_model_that_throws_is_left_as_it_was(view):
    subject = two_class_images(Throwing())
    if view.name in {*OF_THE_DATA, "weights", "filters"}:
        assert list(view.figures(subject))
        return
    with undisturbed(subject.module), pytest.raises(ArithmeticError):
        list(view.figures(subject))


@pytest.mark.parametrize("view", views(), ids=name_of)
def test_long_inspections_tell_how_far_they_are(view):
    assert ("long" in view.tags) == view.long
    if not view.runs_long:
        return
    subject = subject_of("images")
    found = list(view.figures(subject))
    parts = [step.fraction for step in found if isinstance(step, Progress)]
    assert parts == sorted(parts)
    assert parts[0] >= 0
    assert parts[-1] <= 1
    assert all(step.sentence for step in found if isinstance(step, Progress))
    assert not any(thrown_away(view, subject))


def thrown_away(view: Inspector, subject: Subject) -> list[bool]:
    """Begin an inspection, give it up, and see whether gradients are still on."""
    begun = view.figures(subject)
    next(iter(begun))
    was_on = torch.is_grad_enabled()
    del begun
    return [not was_on, not torch.is_grad_enabled()]


def test_two_hundred_looks_leave_memory_flat():
    mirror, run = Mirror(), run_of(IMAGES)
    quick = [view for view in views() if fits(view, "images") and not view.runs_long]

    def look_at_all() -> None:
        for view in quick:
            list(view.figures(mirror.subject(run, {})))

    for _ in range(3):
        look_at_all()
    before = counted()
    for _ in range(-(-200 // len(quick))):
        look_at_all()
    tensors, objects = (now - then for now, then in zip(counted(), before, strict=True))
    assert tensors <= 2
    assert objects <= 300


def counted() -> tuple[int, int]:
    gc.collect()
    objects = gc.get_objects()
    return sum(issubclass(type(thing), torch.Tensor) for thing in objects), len(objects)


def net_for(method: str) -> nn.Module:
    averages = "needs-average" in Attribution.registry[method].tags
    return averaging_net() if averages else picture_net()


@pytest.mark.parametrize("method", ATTRIBUTIONS)
def test_an_attribution_has_the_right_shape_and_adds_up_on_a_linear_network(method):
    plugin = Attribution.registry[method]
    if "needs-conv" in plugin.tags:
        found = explain(net_for(method), PICTURES, 1, method)
        assert found.shape[:2] == (2, 1)
        return
    model = LinearPictures((1, 8, 8), 3)
    found = explain(model, PICTURES, 1, method)
    assert found.shape == PICTURES.shape
    assert found.dtype == torch.float32
    if method in {"input_x_gradient", "integrated_gradients", "deep_lift", "gradient_shap"}:
        total = model(PICTURES)[:, 1] - model(torch.zeros_like(PICTURES))[:, 1]
        torch.testing.assert_close(found.sum((1, 2, 3)), total, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("method", ATTRIBUTIONS)
def test_an_attribution_of_one_input_does_not_depend_on_the_others(method):
    both = explain(net_for(method), PICTURES, 1, method)
    alone = explain(net_for(method), PICTURES[1:], 1, method)
    torch.testing.assert_close(both[1:], alone, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", ATTACKS)
def test_an_attack_stays_in_its_ball_and_in_range(method):
    fields = Attack.registry[method].model_fields
    moved, info = attack(picture_net(), PICTURES, LABELS, method)
    assert moved.shape == PICTURES.shape
    assert float(moved.min()) >= 0
    assert float(moved.max()) <= 1
    if "epsilon" in fields:
        assert max(info["linf"]) <= fields["epsilon"].default + 1e-6
    again, _ = attack(picture_net(), PICTURES, LABELS, method)
    assert torch.equal(moved, again)


@pytest.mark.parametrize("demo", sorted(Demo.registry))
def test_a_demo_shows_figures_by_default(demo):
    with undisturbed(nn.Linear(1, 1)):
        figures = list(Demo.registry[demo]().figures())
    for figure in figures:
        assert figure.title
        assert any(letter.isdigit() for letter in figure.alt)
        decode(encode(event_of(figure)), FigureEvent)


@pytest.mark.parametrize("kind", [Inspector, Attribution, Attack, Demo], ids=lambda kind: kind.kind)
def test_every_parameter_has_a_help_text_and_a_default(kind: type[Plugin]):
    for plugin in kind.registry.values():
        card = plugin.card()
        assert card.summary.endswith("."), plugin.name
        for name, schema in card.parameters.get("properties", {}).items():
            assert schema.get("description"), f"{plugin.name}.{name}"
        assert not card.parameters.get("required"), plugin.name
