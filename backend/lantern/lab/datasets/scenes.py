"""Coloured shapes on textured grounds."""

from pathlib import Path
from typing import Annotated, Literal

from lantern.lab.building.images import image_data
from lantern.lab.building.outlines import SHAPES
from lantern.lab.building.scenes import COLOURS, Recipe, made
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control


class Scenes(Dataset, name="scenes", title="Scenes"):
    """Small pictures of coloured shapes on textured grounds, made here: nothing is downloaded.

    The largest shape, which lies on top, gives the class: by its form, its colour, or both. The
    others are clutter. Every class is equally frequent.
    """

    tags = ("images", "classes")
    order = 56
    classes: Literal["shape", "colour", "both"] = "shape"
    """What of the largest shape is to be told."""
    side: Annotated[int, control(ge=32, le=64, step=8, unit="px")] = 32
    """Width and height of the pictures."""
    samples: Annotated[int, control(ge=200, le=20_000, scale="log", step=100)] = 4000
    """Pictures in all, training and validation together."""
    shapes: Annotated[int, control(ge=2, le=6)] = 4
    """How many of circle, square, triangle, ring, cross and star there are."""
    colours: Annotated[int, control(ge=2, le=8)] = 4
    """How many of red, blue, yellow, green, white, purple, orange and cyan there are."""
    clutter: Annotated[int, control(ge=0, le=5)] = 2
    """Smaller shapes that lie about, at most."""
    noise: Annotated[float, control(ge=0, le=0.5, step=0.01)] = 0.05
    """Deviation of the grain, as a share of white."""
    train_share: Annotated[float, control(ge=0.1, le=0.9, step=0.05)] = 0.8
    """Share of the pictures that is trained on."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the pictures as bytes."""
        recipe = Recipe(self.side, self.shapes, self.colours, self.clutter, self.noise)
        scenes = made(self.samples, recipe, generator_for(seed, "data/scenes"))
        shapes, colours = list(SHAPES)[: self.shapes], list(COLOURS)[: self.colours]
        match self.classes:
            case "shape":
                labels, names = scenes.shapes[:, 0], shapes
            case "colour":
                labels, names = scenes.colours[:, 0], colours
            case "both":
                labels = scenes.shapes[:, 0] * self.colours + scenes.colours[:, 0]
                names = [f"{colour} {shape}" for shape in shapes for colour in colours]
        cut = round(self.train_share * self.samples)
        parts = (slice(None, cut), slice(cut, None))
        train, rest = (Split(scenes.images[part], labels[part].clone()) for part in parts)
        return image_data(train, rest, tuple(names))
