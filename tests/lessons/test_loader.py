"""Lessons are read as they were written, and what is wrong with one is said."""

import re
from importlib.resources import files

import pytest
from pydantic import ValidationError

from lantern.lessons.loader import lessons, parse
from lantern.protocol.experiment import Experiment, Part
from lantern.protocol.rest import Lesson

FRONT = """+++
title = "A line"
subtitle = "One neuron"
group = "Networks"
order = 3
experiment = { dataset = { name = "gauss" }, model = { name = "mlp" } }
+++
"""
GROUPS = {"Networks", "Training", "Convolution", "Looking inside", "Adversarial"}


def test_a_file_becomes_a_lesson() -> None:
    assert parse("07-a-line", FRONT + "\nProse with a +++ in it.\n") == Lesson(
        name="a-line",
        title="A line",
        subtitle="One neuron",
        group="Networks",
        order=3,
        experiment=Experiment(title="A line", dataset=Part(name="gauss"), model=Part(name="mlp")),
        preview_steps=0,
        preview_view=None,
        body="Prose with a +++ in it.",
    )


@pytest.mark.parametrize("text", ["Prose only.", "+++\ntitle = 'Never closed'\n"])
def test_a_file_without_front_matter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"07-a-line\.md: the front matter"):
        parse("07-a-line", text)


def test_a_lesson_says_which_controls_it_hides() -> None:
    front = FRONT.replace("order = 3", 'order = 3\nhide = ["noise", "loss"]')
    assert parse("07-a-line", front).hide == ("noise", "loss")


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="subtile"):
        parse("07-a-line", FRONT.replace("subtitle", "subtile"))


def test_the_gallery_is_in_order_and_begins_with_the_spirals() -> None:
    found = lessons()
    assert found[0].name == "two-spirals"
    assert [lesson.order for lesson in found] == sorted({lesson.order for lesson in found})
    assert {lesson.group for lesson in found} == GROUPS


def test_files_are_numbered_and_names_are_unique() -> None:
    names = sorted(e.name for e in files("lantern.lessons").iterdir() if e.name.endswith(".md"))
    assert all(re.fullmatch(r"\d\d-[a-z0-9-]+\.md", name) for name in names)
    assert len({lesson.name for lesson in lessons()}) == len(names) >= 8


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_every_lesson_has_something_to_try(lesson: Lesson) -> None:
    assert "**Try**" in lesson.body
    assert lesson.body.count("\n- ") >= 2
    assert lesson.preview_view is not None
    assert lesson.body.count("$") % 2 == 0
