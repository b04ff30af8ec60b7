"""A look at a data set before anything is trained on it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import torch
from pydantic import Field, JsonValue

from lantern.lab.arrays import images_of
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset, Demo
from lantern.lab.plane import scatter_of
from lantern.lab.wording import class_name
from lantern.protocol.experiment import Part
from lantern.protocol.figures import ImagesFigure, ScatterFigure
from lantern.protocol.model import control
from lantern.protocol.problems import ProblemError

POINTS_AT_MOST = 200
"""Of each part of the data."""


class DatasetPreview(Demo, name="dataset_preview", title="Data preview"):
    """Some samples of a data set: points in the plane, or pictures."""

    order = 10
    dataset: Annotated[str, control(min_length=1, max_length=64, widget="dataset")] = "circle"
    """The data set."""
    params: Annotated[dict[str, JsonValue], control(widget="params")] = {}  # noqa: RUF012
    """Its parameters."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    """Of the data that are generated."""
    count: Annotated[int, control(ge=1, le=100)] = 24
    """How many pictures are shown."""

    def figures(self) -> Iterator[ScatterFigure | ImagesFigure]:
        """Yield the one figure."""
        plugin = Dataset.make(Part(name=self.dataset, params=self.params))
        folder = _data_folder()
        if plugin.missing(folder):
            raise ProblemError(
                f"dataset: {plugin.title} is not in the data folder yet.",
                field="dataset",
                hint="Start a session on it, which fetches it.",
            )
        data = plugin.load(folder, self.seed)
        if data.kind == "points":
            figure = scatter_of(data, most=POINTS_AT_MOST)
            yield figure.model_copy(update={"title": plugin.title, "facts": {"seed": self.seed}})
        else:
            yield _pictures(data, plugin.title, self.count)


def _pictures(data: Data, title: str, count: int) -> ImagesFigure:
    chosen = torch.arange(min(count, len(data.train)))
    pictures, targets = data.train.batch(chosen)
    names = tuple(class_name(data.classes, int(target)) for target in targets)
    total = len(data.train) + len(data.validation)
    return ImagesFigure(
        title=title,
        caption=f"{len(data.train)} + {len(data.validation)}",
        alt=f"{len(chosen)} of {total} pictures: {', '.join(names)}.",
        facts={"training": len(data.train), "validation": len(data.validation)},
        images=images_of(pictures, scale="pixels"),
        labels=names,
    )


def _data_folder() -> Path:
    # A demo has no session that could hand it the folder.
    home = os.environ.get("LANTERN_HOME") or Path.home() / ".local" / "share" / "lantern"
    return Path(os.environ.get("LANTERN_DATA") or Path(home) / "data")
