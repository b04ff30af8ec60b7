"""Scenes: small pictures of coloured shapes on textured grounds, with all there is to know of them.

One seed gives pictures, classes, boxes, masks, instance ids and captions, so that classification,
detection, segmentation, captioning and text-image models can share one source.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from lantern.lab.building.outlines import SHAPES, distance_to

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (214, 50, 48),
    "blue": (42, 105, 220),
    "yellow": (248, 205, 50),
    "green": (45, 160, 85),
    "white": (240, 240, 240),
    "purple": (150, 70, 195),
    "orange": (245, 135, 35),
    "cyan": (70, 200, 215),
}
GROUNDS = ("plain", "striped", "chequered", "dotted")
CHUNK = 256
"""Pictures made at a time, so that what is worked on stays small."""


@dataclass(frozen=True)
class Recipe:
    """What scenes are made of."""

    side: int = 32
    shapes: int = 4
    """The first so many of SHAPES."""
    colours: int = 4
    """The first so many of COLOURS."""
    clutter: int = 2
    """Smaller shapes besides the main one, at most."""
    noise: float = 0.05
    """Deviation of the grain, as a share of white."""


@dataclass(frozen=True)
class Scenes:
    """Pictures and what is in them; n scenes of up to k things, the main one first."""

    images: Tensor
    """(n, 3, side, side) u1."""
    shapes: Tensor
    """(n, k) int64, indices into SHAPES; -1 where there is no such thing."""
    colours: Tensor
    """(n, k) int64, indices into COLOURS; -1 likewise."""
    instances: Tensor
    """(n, side, side) u1: 0 for the ground, 1 for the main thing, 2 for the next, ..."""
    boxes: Tensor
    """(n, k, 4) int64: x0, y0, x1, y1 of what is to be seen of it, ends excluded; 0 for nothing."""
    grounds: Tensor
    """(n,) int64, indices into GROUNDS."""

    @property
    def masks(self) -> Tensor:
        """(n, k, side, side) bool: where each thing is to be seen."""
        ids = torch.arange(1, self.shapes.shape[1] + 1)
        return self.instances[:, None] == ids[:, None, None]

    @property
    def captions(self) -> tuple[str, ...]:
        """One sentence for each scene, such as `a large red circle and a blue ring on ...`."""
        rows = zip(*(part.tolist() for part in self._said()), strict=True)
        return tuple(_caption(*row) for row in rows)

    def _said(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        seen = self.masks.any(-1).any(-1)
        return self.shapes, self.colours, seen, self.grounds


def made(count: int, recipe: Recipe, by: torch.Generator) -> Scenes:
    """Return so many scenes, a pure function of the recipe and the generator's state.

    The main thing is larger than the others and lies on top of them; shapes and colours of main
    things come up equally often.
    """
    pairs = recipe.shapes * recipe.colours
    main = (torch.arange(count) % pairs)[torch.randperm(count, generator=by)]
    parts = [_some(main[start : start + CHUNK], recipe, by) for start in range(0, count, CHUNK)]
    joined = [torch.cat([getattr(part, name) for part in parts]) for name in _FIELDS]
    return Scenes(*joined)


_FIELDS = ("images", "shapes", "colours", "instances", "boxes", "grounds")


def _some(main: Tensor, recipe: Recipe, by: torch.Generator) -> Scenes:
    """Return a scene for each main thing (n,), shape times colour."""
    count, side = len(main), recipe.side
    shapes, colours = _things(main, recipe, by)
    grounds = torch.randint(len(GROUNDS), (count,), generator=by)
    images = _ground(grounds, side, by)
    instances = torch.zeros(count, side, side, dtype=torch.uint8)
    palette = torch.tensor(list(COLOURS.values())) / 255
    for thing in reversed(range(shapes.shape[1])):  # the main one, which is the first, on top
        cover = _cover(shapes[:, thing], thing == 0, side, by)
        shade = 1 + 0.12 * (2 * torch.rand(count, 1, generator=by) - 1)
        paint = (palette[colours[:, thing].clamp_min(0)] * shade).clamp(0, 1)
        images = images + cover[:, None] * (paint[:, :, None, None] - images)
        instances[cover > 0.5] = thing + 1
    if recipe.noise > 0:
        images = images + recipe.noise * torch.randn(images.shape, generator=by)
    pictures = (images.clamp(0, 1) * 255).round().to(torch.uint8)
    boxes = _boxes(instances, shapes.shape[1])
    return Scenes(pictures, shapes, colours, instances, boxes, grounds)


def _things(main: Tensor, recipe: Recipe, by: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return shapes and colours (n, k) of the main thing and what lies about."""
    size = (len(main), 1 + recipe.clutter)
    shapes = torch.randint(recipe.shapes, size, generator=by)
    colours = torch.randint(recipe.colours, size, generator=by)
    shapes[:, 0], colours[:, 0] = main // recipe.colours, main % recipe.colours
    fewer = torch.randint(recipe.clutter + 1, (len(main), 1), generator=by)
    absent = torch.arange(size[1]) > fewer
    return shapes.masked_fill(absent, -1), colours.masked_fill(absent, -1)


def _cover(shapes: Tensor, is_main: bool, side: int, by: torch.Generator) -> Tensor:
    """Return how much of each pixel things cover, (n, side, side), at places of their own."""
    count = len(shapes)
    draws = torch.rand(4, count, 1, 1, generator=by)
    radius = (0.34 + 0.2 * draws[0]) if is_main else (0.14 + 0.12 * draws[0])
    reach = 1 - radius if is_main else torch.tensor(0.9)
    x, y = ((2 * draw - 1) * reach for draw in draws[1:3])
    angle = (2 * draws[3] - 1) * math.pi / 9  # a square that is turned further is a diamond
    line = (torch.arange(side) + 0.5) * (2 / side) - 1
    across, down = line[None, None, :] - x, line[None, :, None] - y
    u = (across * angle.cos() + down * angle.sin()) / radius
    v = (down * angle.cos() - across * angle.sin()) / radius
    cover = torch.zeros(count, side, side)
    for shape, name in enumerate(SHAPES):
        chosen = shapes == shape
        if chosen.any():
            pixels = distance_to(name, u[chosen], v[chosen]) * radius[chosen] * (side / 2)
            cover[chosen] = (0.5 - pixels).clamp(0, 1)
    return cover


def _ground(grounds: Tensor, side: int, by: torch.Generator) -> Tensor:
    """Return muted grounds (n, 3, side, side) in 0-1: two colours in a pattern."""
    count = len(grounds)
    draws = torch.rand(4, count, 1, 1, generator=by)
    base = 0.2 + 0.3 * torch.rand(count, 3, 1, 1, generator=by)
    base = base.mean(1, keepdim=True) + 0.35 * (base - base.mean(1, keepdim=True))
    line = torch.arange(side) / side
    angle, period = draws[0] * math.pi, 5 + 5 * draws[1]
    along = line[None, None, :] * angle.cos() + line[None, :, None] * angle.sin()
    other = line[None, :, None] * angle.cos() - line[None, None, :] * angle.sin()
    one, two = ((2 * math.pi * period * way + 6.3 * draws[2]).sin() for way in (along, other))
    patterns = torch.stack([torch.zeros_like(one), one, one * two * 1.5, (one + two - 1).relu()])
    pattern = patterns[grounds, torch.arange(count)]  # (4, n, side, side) -> (n, side, side)
    strength = 0.05 + 0.1 * draws[3]
    return (base + (strength * pattern)[:, None]).clamp(0, 1)


def _boxes(instances: Tensor, things: int) -> Tensor:
    """Return (n, things, 4): x0, y0, x1, y1 of each instance."""
    ids = torch.arange(1, things + 1)
    masks = instances[:, None] == ids[:, None, None]
    sides: list[Tensor] = []
    for axis in (2, 3):  # rows that hold any of it give y only after looking along x
        line = masks.any(dim=axis)  # (n, k, side): columns, then rows
        start = line.float().argmax(-1)
        end = line.shape[-1] - line.flip(-1).float().argmax(-1)
        sides.extend((start, end))
    boxes = torch.stack([sides[0], sides[2], sides[1], sides[3]], dim=-1)
    return boxes.masked_fill(~masks.any(-1).any(-1)[..., None], 0)


def _caption(shapes: list[int], colours: list[int], seen: list[bool], ground: int) -> str:
    names, paints = list(SHAPES), list(COLOURS)
    things = [
        f"{paints[colour]} {names[shape]}"
        for shape, colour, is_seen in zip(shapes, colours, seen, strict=True)
        if is_seen and shape >= 0
    ]
    said = [f"a large {things[0]}", *(f"a small {thing}" for thing in things[1:])]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"{listed} on a {GROUNDS[ground]} ground"
