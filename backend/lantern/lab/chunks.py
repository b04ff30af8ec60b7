"""How many samples go through a model at once, so that nobody waits long and memory suffices.

It depends on the experiment alone, on nothing that is measured: equal runs give equal bits.
"""

import math
from typing import Literal

from lantern.protocol.events import ModelCard

Kind = Literal["points", "images"]

MOST: dict[Kind, int] = {"points": 512, "images": 64}
MACS = 2_000_000_000
"""Of one pass; a tenth of a second, as one thread does 10 to 80 thousand million a second."""
NUMBERS = 128_000_000
"""That all layers put out in one pass where all of it is kept: 512 MB."""


def samples_at_once(kind: Kind, card: ModelCard | None = None, *, most: int | None = None) -> int:
    """Return how many samples to judge in one pass, by what the model computes for one."""
    macs = 0 if card is None else card.macs
    return max(1, min(most or MOST[kind], MACS // max(1, macs)))


def samples_kept(most: int, card: ModelCard | None) -> int:
    """Return how many samples to keep everything of, by what the layers put out for one."""
    if card is None:
        return most
    numbers = sum(math.prod(layer.output_shape) for layer in card.layers)
    return max(1, min(most, NUMBERS // max(1, numbers)))
