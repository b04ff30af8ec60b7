"""Digits and letters as strokes of a pen, bent, turned and drawn with soft edges.

A glyph is a few strokes on a sheet 4 wide and 6 high, y downwards. `21` is the point (2, 1); a
stroke that begins with `~` is a smooth curve through its points (Catmull and Rom, 1974).
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

DIGITS = {
    "0": ("~20 31 33 35 26 15 13 11 20",),
    "1": ("11 20 26",),
    "2": ("~01 10 30 41 42 33 06", "06 46"),
    "3": ("~01 10 30 41 32 23", "~23 33 44 45 36 16 05"),
    "4": ("30 04 44", "30 36"),
    "5": ("40 00 02", "~02 22 33 44 35 26 05"),
    "6": ("~30 11 03 05 16 36 45 44 33 13 04",),
    "7": ("00 40 16",),
    "8": ("~20 01 02 23 44 45 26 05 04 23 42 41 20",),
    "9": ("~16 35 43 41 30 10 01 02 13 33 42",),
}
LETTERS = {
    "A": ("06 20 46", "14 34"),
    "B": ("06 00", "~00 30 41 32 03", "~03 33 44 45 36 06"),
    "C": ("~41 30 10 01 05 16 36 45",),
    "D": ("06 00", "~00 20 42 44 26 06"),
    "E": ("40 00 06 46", "03 33"),
    "F": ("40 00 06", "03 33"),
    "G": ("~41 30 10 01 05 16 36 45", "45 43 23"),
    "H": ("00 06", "40 46", "03 43"),
    "I": ("10 30", "20 26", "16 36"),
    "J": ("~40 42 44 36 16 04",),
    "K": ("00 06", "40 03 46"),
    "L": ("00 06 46",),
    "M": ("06 00 23 40 46",),
    "N": ("06 00 46 40",),
    "O": ("~20 41 45 26 05 01 20",),
    "P": ("06 00", "~00 30 41 42 33 03"),
    "Q": ("~20 41 45 26 05 01 20", "34 46"),
    "R": ("06 00", "~00 30 41 42 33 03", "23 46"),
    "S": ("~41 30 10 01 02 13 33 44 45 36 16 05",),
    "T": ("00 40", "20 26"),
    "U": ("~00 03 05 16 36 45 43 40",),
    "V": ("00 26 40",),
    "W": ("00 16 22 36 40",),
    "X": ("00 46", "40 06"),
    "Y": ("00 23 40", "23 26"),
    "Z": ("00 40 06 46",),
}
GLYPHS = DIGITS | LETTERS

CURVE_STEPS = 3
"""Straight pieces between two points of a curve."""
CHUNK = 64
"""Pictures drawn at a time, so that what is worked on stays in the processor's cache."""
TALL = 1.3
"""Height of an unbent glyph, where the picture goes from -1 to 1."""


@dataclass(frozen=True)
class Pen:
    """How glyphs are drawn."""

    side: int
    thickness: float
    """Of a stroke, in pixels."""
    distortion: float
    """0 for print, 1 for a wild hand."""
    noise: float
    """Deviation of the grain, as a share of white."""


@dataclass(frozen=True)
class _Shape:
    """A glyph as straight pieces, their ends a weighted sum of its points, so that it can bend."""

    points: Tensor
    """(p, 2) x and y, from -0.5 to 0.5 across and -0.75 to 0.75 down."""
    weights: Tensor
    """(2, s, p): of the points in the beginnings and the ends of the pieces."""


def drawn(characters: str, labels: Tensor, pen: Pen, by: torch.Generator) -> Tensor:
    """Return u1 pictures (n, 1, side, side), white on black, of the characters labels (n,) name."""
    images = torch.empty(len(labels), 1, pen.side, pen.side, dtype=torch.uint8)
    for label, character in enumerate(characters):
        for chunk in (labels == label).nonzero()[:, 0].split(CHUNK):
            ends = _bent(_shape(character), len(chunk), pen, by)
            widths = 1 + 0.35 * pen.distortion * (2 * torch.rand(len(chunk), generator=by) - 1)
            ink = _ink(ends, pen.thickness * widths, pen.side)
            if pen.noise > 0:
                ink = ink + pen.noise * torch.randn(ink.shape, generator=by)
            images[chunk, 0] = (ink.clamp(0, 1) * 255).round().to(torch.uint8)
    return images


def _bent(shape: _Shape, count: int, pen: Pen, by: torch.Generator) -> Tensor:
    """Return the ends (2, count, s, 2) of the pieces of so many glyphs, each bent by itself."""
    wild = pen.distortion
    jitter = 0.07 * wild * torch.randn(count, len(shape.points), 2, generator=by)
    turn, slant, wide, tall, across, down = (2 * torch.rand(6, count, generator=by) - 1) * wild
    angle = 0.35 * turn
    size = TALL / 1.5 * (1 + 0.15 * tall)
    rows = torch.stack(
        [
            torch.stack([angle.cos() * (1 + 0.2 * wide), 0.3 * slant - angle.sin()], dim=-1),
            torch.stack([angle.sin() * (1 + 0.2 * wide), angle.cos()], dim=-1),
        ],
        dim=1,
    )  # (count, 2, 2): x, y of the picture from x, y of the sheet
    moved = (shape.points + jitter) @ rows.mT * size[:, None, None]
    moved = moved + 0.15 * torch.stack([across, down], dim=-1)[:, None]
    return torch.einsum("esp,npc->ensc", shape.weights, moved)


def _ink(ends: Tensor, thickness: Tensor, side: int) -> Tensor:
    """Return how white each pixel is, (n, side, side), from its distance to the nearest piece."""
    start, way = ends[0], ends[1] - ends[0]  # (n, s, 2) each
    length = way.square().sum(-1).clamp_min(1e-8)[..., None]  # (n, s, 1), squared
    line = (torch.arange(side) + 0.5) * (2 / side) - 1
    pixels = torch.stack(torch.meshgrid(line, line, indexing="xy"), dim=0).reshape(2, -1)  # x, y
    along = way @ pixels - (way * start).sum(-1, keepdim=True)  # (n, s, side * side)
    beyond = pixels.square().sum(0) - 2 * (start @ pixels) + start.square().sum(-1, keepdim=True)
    part = (along / length).clamp_(0, 1)
    squared = beyond - part * (2 * along - part * length)
    nearest = squared.amin(dim=1).clamp_min(0).sqrt() * (side / 2)  # in pixels
    return (thickness[:, None] / 2 - nearest + 0.5).clamp(0, 1).reshape(-1, side, side)


@lru_cache(maxsize=64)
def _shape(character: str) -> _Shape:
    points: list[tuple[float, float]] = []
    begins: list[Tensor] = []
    ends: list[Tensor] = []
    strokes = GLYPHS[character]
    total = sum(len(stroke.split()) for stroke in strokes)
    for stroke in strokes:
        first = len(points)
        marks = stroke.lstrip("~").split()
        points.extend(((int(x) - 2) / 4, (int(y) - 3) / 4) for x, y in marks)
        path = torch.eye(total)[first : first + len(marks)]
        if stroke.startswith("~"):
            path = _curve(path, is_closed=marks[0] == marks[-1])
        begins.append(path[:-1])
        ends.append(path[1:])
    weights = torch.stack([torch.cat(begins), torch.cat(ends)])
    return _Shape(torch.tensor(points), weights)


def _curve(path: Tensor, *, is_closed: bool) -> Tensor:
    """Return a smooth path through the same points, (m, p) weights to more of them."""
    if is_closed:
        before, after = path[-2], path[1]
        path = torch.cat([path[:-1], path[:1]])  # ends in its very first point
    else:
        before, after = 2 * path[0] - path[1], 2 * path[-1] - path[-2]
    padded = torch.cat([before[None], path, after[None]])
    pieces = [path[:1]]
    for at in range(1, len(padded) - 2):
        a, b, c, d = padded[at - 1 : at + 3]
        for step in range(1, CURVE_STEPS + 1):
            t = step / CURVE_STEPS
            cubic = -a + 3 * b - 3 * c + d
            square = 2 * a - 5 * b + 4 * c - d
            pieces.append((b + 0.5 * (t * (c - a) + t**2 * square + t**3 * cubic))[None])
    return torch.cat(pieces)


def balanced(samples: int, classes: int, by: torch.Generator) -> Tensor:
    """Return (samples,) classes, each as often as the others, mixed."""
    return (torch.arange(samples) % classes)[torch.randperm(samples, generator=by)]
