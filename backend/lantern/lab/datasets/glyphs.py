"""Digits and letters drawn by a wild pen."""

from pathlib import Path
from typing import Annotated, Literal

from lantern.lab.building.glyphs import DIGITS, LETTERS, Pen, balanced, drawn
from lantern.lab.building.images import image_data
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Dataset
from lantern.lab.randomness import generator_for
from lantern.protocol.model import control

SIDE = 28
ALPHABETS = {
    "digits": "".join(DIGITS),
    "letters": "".join(LETTERS),
    "both": "".join(DIGITS) + "".join(LETTERS),
}


class Glyphs(Dataset, name="glyphs", title="Glyphs"):
    """Digits and capital letters of 28x28 pixels, drawn as strokes of a pen: as many as you like.

    Nothing is downloaded. Every glyph is bent point by point, slanted, turned, stretched and moved,
    drawn with a pen of its own width, and covered with grain.
    """

    tags = ("images", "classes")
    order = 54
    alphabet: Literal["digits", "letters", "both"] = "digits"
    """0 to 9, A to Z, or all 36; a zero is slimmer than the letter O."""
    samples: Annotated[int, control(ge=200, le=50_000, scale="log", step=100)] = 4000
    """Pictures in all, training and validation together."""
    distortion: Annotated[float, control(ge=0, le=1.5, step=0.05)] = 0.7
    """How wildly they are bent: 0 for print, 1 for a hasty hand."""
    thickness: Annotated[float, control(ge=1, le=5, step=0.1, unit="px")] = 2.4
    """Of the strokes."""
    noise: Annotated[float, control(ge=0, le=0.5, step=0.01)] = 0.05
    """Deviation of the grain, as a share of white."""
    train_share: Annotated[float, control(ge=0.1, le=0.9, step=0.05)] = 0.8
    """Share of the pictures that is trained on."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the pictures as bytes."""
        by = generator_for(seed, "data/glyphs")
        characters = ALPHABETS[self.alphabet]
        labels = balanced(self.samples, len(characters), by)
        pen = Pen(SIDE, self.thickness, self.distortion, self.noise)
        images = drawn(characters, labels, pen, by)
        cut = round(self.train_share * self.samples)
        train, rest = Split(images[:cut], labels[:cut]), Split(images[cut:], labels[cut:])
        return image_data(train, rest, tuple(characters))
