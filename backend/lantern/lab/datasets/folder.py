"""Pictures from a folder or a zip archive."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from lantern.lab.building.picture_set import Wanted, last_of, reading
from lantern.lab.building.shelf import first_set, opened
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.subject import Progress
from lantern.protocol.model import control
from lantern.protocol.picture_sets import arranged

FIELD = "dataset.params.path"


class Folder(Dataset, name="folder", title="Own pictures"):
    """Your own pictures: a zip archive or a folder with one folder of pictures for each class.

    Folders named `train` and `test` (or `val`) above the classes divide the set; without them a
    part of every class is held back for validation. PNG, JPEG and WebP are read; each picture is
    scaled so that its middle fills the square. Files that cannot be read are left out.
    """

    tags = ("images", "classes")
    order = 80
    path: Annotated[str, control(max_length=200, widget="picture_set")] = ""
    """The archive or folder inside the data folder, such as `uploads/flowers.zip`; the first one
    there where it is empty."""
    side: Annotated[int, control(ge=8, le=128, step=4, unit="px")] = 32
    """Width and height to which every picture is brought."""
    colour: bool = True
    """Red, green and blue, or shades of grey."""
    samples: Annotated[int, control(ge=2, le=100_000, scale="log", title="Per class")] = 100_000
    """The most pictures of each class, in training and in validation; fewer are a random choice."""
    train_share: Annotated[float, control(ge=0.1, le=0.9, step=0.05)] = 0.8
    """Share of the pictures that is trained on, where the set has no folders for it."""

    def load(self, folder: Path, seed: int) -> Data:
        """Return the pictures as bytes."""
        return last_of(self.loading(folder, seed))

    def loading(self, folder: Path, seed: int) -> Iterator[Progress | Data]:
        """Yield how many are read, then the data."""
        path = self.path or first_set(folder, field=FIELD)
        wanted = Wanted(
            side=self.side,
            channels=3 if self.colour else 1,
            samples=self.samples,
            train_share=self.train_share,
            seed=seed,
        )
        with opened(folder, path, field=FIELD) as shelf:
            yield from reading(shelf, arranged(shelf.names, field=FIELD), wanted)
