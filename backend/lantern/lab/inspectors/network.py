"""The network itself, with what every layer shows."""

from collections.abc import Iterator
from typing import Annotated

from lantern.lab.inspectors._network_images import network_of_images
from lantern.lab.inspectors._network_plan import Level, Wish
from lantern.lab.inspectors._network_points import network_of_points
from lantern.lab.kinds import Inspector
from lantern.lab.subject import Subject
from lantern.protocol.figures import NetworkFigure
from lantern.protocol.model import control


class Network(Inspector, name="network", title="Network"):
    """The network, layer by layer, with what each unit shows.

    For points in the plane each unit is a map of the plane, blue where it is positive and orange
    where it is negative, and the weights lie between. For images each channel is what the layer,
    after its non-linearity, makes of the input in the slot; deep networks are shown block by
    block, skip connections as arcs. Each map has its own range.
    """

    tags = ("points", "images")
    order = 10
    resolution: Annotated[int, control(ge=0, le=200, unit="cells")] = 0
    """Cells along one side of each map of the plane; 0 takes fewer the more maps there are."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input that the layers look at, for images."""
    units: Annotated[int, control(ge=1, le=512)] = 16
    """How many maps of each layer are shown at most, for images."""
    pools: bool = False
    """Show pooling layers as well, for images."""
    level: Level = "auto"
    """Layers or blocks, for images; auto shows the blocks of networks with many layers."""
    open: Annotated[str, control(max_length=200)] = ""
    """A block that is shown by its layers, for images."""

    def figures(self, subject: Subject) -> Iterator[NetworkFigure]:
        """Yield the one figure, from one forward pass."""
        if subject.data.kind == "points":
            yield network_of_points(subject, self.resolution)
        else:
            wish = Wish(level=self.level, open=self.open, pools=self.pools)
            yield network_of_images(subject, self.slot, self.units, wish)
