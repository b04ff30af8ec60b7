"""Read the lessons: `NN-name.md`, TOML between `+++` lines, then Markdown."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from lantern.protocol.rest import Lesson

FENCE = "+++\n"


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return all lessons in the order of the gallery."""
    found = [
        parse(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8"))
        for entry in files("lantern.lessons").iterdir()
        if entry.name.endswith(".md")
    ]
    return tuple(sorted(found, key=lambda lesson: (lesson.order, lesson.name)))


def parse(stem: str, text: str) -> Lesson:
    """Return the lesson in a file of this name, without number and suffix."""
    if not text.startswith(FENCE) or FENCE not in text[len(FENCE) :]:
        raise ValueError(f"{stem}.md: the front matter must stand between lines of +++")
    front, _, body = text[len(FENCE) :].partition(FENCE)
    fields: dict[str, Any] = {"experiment": None, "preview_steps": 0, "preview_view": None}
    fields |= tomllib.loads(front) | {"name": stem.partition("-")[2], "body": body.strip()}
    if fields["experiment"] is not None:
        fields["experiment"] = {"title": fields["title"], **fields["experiment"]}
    return Lesson.model_validate(fields)
