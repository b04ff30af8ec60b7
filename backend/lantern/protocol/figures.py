"""What is shown: twelve kinds of figure, arrays plus labels, with no drawing code in them."""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, cast

from pydantic import Field, PrivateAttr, SerializationInfo, model_serializer

from lantern.protocol.model import Model

Dtype = Literal["u1", "u2", "i4", "f2", "f4", "f8"]
ITEM_BYTES: dict[str, int] = {"u1": 1, "u2": 2, "i4": 4, "f2": 2, "f4": 4, "f8": 8}
FigureScale = Literal["signed", "magnitude", "pixels", "counts"]
"""signed: orange-white-blue about 0; magnitude: a perceptually uniform map from `low`;
pixels: grey or colour as they are; counts: integers, 0 left empty."""


class Array(Model):
    """Where an array lies in the frame, little-endian and row-major: `offset` bytes in."""

    dtype: Dtype
    shape: tuple[Annotated[int, Field(ge=0)], ...]
    offset: Annotated[int, Field(ge=0)] = 0
    _data: memoryview = PrivateAttr(default_factory=lambda: memoryview(b""))

    @classmethod
    def of(cls, data: bytes | memoryview, *, dtype: Dtype, shape: tuple[int, ...]) -> Self:
        """Return an array that carries its bytes until a frame is made of it."""
        array = cls(dtype=dtype, shape=shape)
        array._data = held = memoryview(data).cast("B")
        if held.nbytes != array.size_bytes:
            raise ValueError(f"{held.nbytes} bytes for {dtype} of shape {shape}")
        return array

    def attach(self, data: memoryview) -> None:
        """Hand the array its bytes, as a frame that was read does."""
        self._data = data

    @property
    def data(self) -> memoryview:
        """The bytes, while this process holds them."""
        # Straight from where pydantic keeps private attributes: its own way there takes 2 us, and
        # a figure has dozens of arrays.
        return cast("dict[str, memoryview]", self.__pydantic_private__)["_data"]

    @property
    def size_bytes(self) -> int:
        """Bytes that `shape` and `dtype` call for."""
        size = ITEM_BYTES[self.dtype]
        for length in self.shape:
            size *= length
        return size

    @model_serializer(mode="plain")
    def _placed(self, info: SerializationInfo) -> dict[str, Any]:
        # Pydantic leaves the context open; a frame puts in it what gives an array its place.
        place = cast("dict[str, Callable[[Array], int]]", info.context or {}).get("place")
        offset = self.offset if place is None else place(self)
        return {"dtype": self.dtype, "shape": self.shape, "offset": offset}


class Axis(Model):
    """One axis of a chart."""

    label: str = ""
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"


class FigureBase(Model):
    """What every kind of figure has."""

    title: str = ""
    caption: str = ""
    """A short line under the title, such as `predicted 3, 99.9 %`."""
    alt: str = ""
    """What it shows, in words, for those who cannot see it."""
    facts: dict[str, str | float | int] = {}
    """Method, resolved arguments, layer, step, seed, target logit: what makes it reproducible."""
    warnings: tuple[str, ...] = ()
    """What a reader must know before trusting it."""


class Series(Model):
    """One line of a lines figure."""

    label: str
    x: Array
    y: Array
    role: Literal["train", "validation", "other"] = "other"


class Mark(Model):
    """A vertical mark at a place on the x axis, such as an edit."""

    x: float
    label: str


class LinesFigure(FigureBase):
    """Curves over a common x axis."""

    type: Literal["lines"] = "lines"
    x: Axis = Axis()
    y: Axis = Axis()
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()


class BarsFigure(FigureBase):
    """One bar for each label."""

    type: Literal["bars"] = "bars"
    labels: tuple[str, ...]
    values: Array
    """(labels,) f4."""
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    """`%` shows values times 100."""
    highlight: int | None = None


class HistogramSeries(Model):
    """Counts between edges."""

    label: str
    edges: Array
    """(bins + 1,) f4."""
    counts: Array
    """(bins,) f4."""


class HistogramFigure(FigureBase):
    """One or more histograms, drawn as small multiples on their own ranges."""

    type: Literal["histogram"] = "histogram"
    x: Axis = Axis()
    series: tuple[HistogramSeries, ...]


class ScatterFigure(FigureBase):
    """Points in the plane or in space."""

    type: Literal["scatter"] = "scatter"
    x: Axis = Axis()
    y: Axis = Axis()
    points: Array
    """(n, 2) or (n, 3) f4."""
    labels: Array
    """(n,) u1: the class of each point."""
    held_out: Array | None = None
    """(n,) u1: 1 where the point belongs to the validation set."""
    classes: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    """x0, x1, y0, y1; the points' own range when None."""
    thumbnails: Array | None = None
    """(n, channels, height, width) u1."""
    values: Array | None = None
    """(n,) f4: the target of each point, for regression; coloured from `value_range`."""
    value_range: tuple[float, float] | None = None
    mesh: "Mesh | None" = None
    """Drawn below the points."""


class Mesh(Model):
    """A grid of the plane after it went through a map: what was a square is now bent."""

    points: Array
    """(rows, columns, 2) f4 in the figure's own coordinates."""
    values: Array
    """(rows, columns) f4 from -1 to 1: what the network says there, as a signed colour."""
    labels: Array | None = None
    """(rows, columns) u1: the class of each crossing, whose colour is as strong as `values` say."""


class HeatmapFigure(FigureBase):
    """One number per cell."""

    type: Literal["heatmap"] = "heatmap"
    values: Array
    """(rows, columns): u1 stands for `low` + u / 255 (`high` - `low`); i4 and f4 for themselves."""
    low: float
    high: float
    scale: FigureScale = "signed"
    smooth: bool = False
    """Interpolate when enlarged; decision maps yes, pixels no."""
    x: Axis = Axis()
    y: Axis = Axis()
    x_labels: tuple[str, ...] = ()
    y_labels: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    """x0, x1, y0, y1 of the outer edges; row 0 lies at y1 (the top)."""
    points: ScatterFigure | None = None
    """Drawn over the map."""
    labels: Array | None = None
    """(rows, columns) u1: the class of each cell, whose colour is as strong as `values` say."""
    classes: tuple[str, ...] = ()
    """Their names, where there are `labels`."""


class Images(Model):
    """A stack of small images, each with its own range."""

    values: Array
    """(n, channels, height, width) u1; 1 channel or 3; u stands for low + u / 255 (high - low)."""
    low: Array
    """(n,) f4."""
    high: Array
    """(n,) f4."""
    scale: FigureScale = "signed"
    smooth: bool = False


class ImagesFigure(FigureBase):
    """Small pictures side by side."""

    type: Literal["images"] = "images"
    images: Images
    labels: tuple[str, ...] = ()
    columns: int | None = None
    underlay: Images | None = None
    """Drawn below each image (an input under its attribution), one each or one for all."""
    samples: tuple[int, ...] = ()
    """Which sample of the data each image is, where they are some; `split` in the facts."""


class NetworkLayer(Model):
    """One column of a network: what a layer puts out for the input that is looked at."""

    path: str
    """Module path; `input` for what goes in."""
    title: str
    kind: str
    """`input`, `feature`, `linear`, `conv`, `pool`, `activation`, `norm`, `output`, `other`, or
    `block` for several layers."""
    shape: tuple[int, ...]
    """Of the output for one sample: (units,) or (channels, height, width)."""
    units: int
    """How many units or channels there are in all."""
    shown: tuple[int, ...] = ()
    """Which of them `maps` and `values` hold; empty for all."""
    names: tuple[str, ...] = ()
    """Of the units, where they have some: features, classes."""
    maps: Images | None = None
    values: Array | None = None
    """(units,) f4: one number per unit, where it has no map."""
    parameters: int = 0
    block: str = ""
    """Path of the block that it is, or belongs to."""
    opens: bool = False
    """It is a block that can be opened to its layers."""


class NetworkLink(Model):
    """The weights between two layers; a link without weights is drawn as a ribbon."""

    source: int
    target: int
    skip: bool = False
    """It goes past layers: drawn as an arc."""
    weight: Array | None = None
    """(units of target, units of source) f4."""
    bias: Array | None = None
    """(units of target,) f4."""
    weight_name: str | None = None
    """Name in the state dict, for editing it."""
    bias_name: str | None = None


class NetworkFigure(FigureBase):
    """The network itself, with what every layer shows."""

    type: Literal["network"] = "network"
    layers: tuple[NetworkLayer, ...]
    links: tuple[NetworkLink, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    """Of the plane the maps cover, for networks in the plane."""


class Box(Model):
    """A box in pixels: left, top, right, bottom."""

    corners: tuple[float, float, float, float]
    label: str = ""
    score: float | None = None
    class_index: int = 0


class BoxesFigure(FigureBase):
    """An image with boxes on it."""

    type: Literal["boxes"] = "boxes"
    image: Images
    boxes: tuple[Box, ...]


class TokensFigure(FigureBase):
    """Words or letters, each with a number behind it."""

    type: Literal["tokens"] = "tokens"
    tokens: tuple[str, ...]
    values: Array
    """(tokens,) f4."""
    low: float = -1.0
    high: float = 1.0
    scale: FigureScale = "signed"


class TableFigure(FigureBase):
    """Rows and columns of text and numbers."""

    type: Literal["table"] = "table"
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]


class SurfaceFigure(FigureBase):
    """Heights over a plane, with a path on it."""

    type: Literal["surface"] = "surface"
    heights: Array
    """(rows, columns) f4; row 0 lies at y0; NaN where not yet computed."""
    extent: tuple[float, float, float, float]
    x: Axis = Axis()
    y: Axis = Axis()
    z: Axis = Axis()
    path: Array | None = None
    """(n, 2) f4 in the plane."""
    paths: tuple[Series, ...] = ()
    """Several paths in the plane, each with a name, such as one for each optimizer."""


class TextFigure(FigureBase):
    """Plain text: a summary, a piece of code."""

    type: Literal["text"] = "text"
    text: str
    language: str = ""


Figure = Annotated[
    LinesFigure
    | BarsFigure
    | HistogramFigure
    | ScatterFigure
    | HeatmapFigure
    | ImagesFigure
    | NetworkFigure
    | BoxesFigure
    | TokensFigure
    | TableFigure
    | SurfaceFigure
    | TextFigure,
    Field(discriminator="type"),
]
