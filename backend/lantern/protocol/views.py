"""A view is an inspector with its parameters, looked at live or at a past step."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from lantern.protocol.ids import ViewKey
from lantern.protocol.model import Model


class View(Model):
    """What somebody wants to see of a session."""

    inspector: Annotated[str, Field(min_length=1, max_length=64)]
    params: dict[str, JsonValue] = {}
    at: Literal["live"] | Annotated[int, Field(ge=0)] = "live"
    """`live`, or the step of the past that is to be shown exactly."""

    @property
    def key(self) -> ViewKey:
        """Equal views have equal keys, so they are computed once."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return ViewKey(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:16])


LAST_SLOT = 63
"""Input slots are numbered from 0 to this."""


class SampleInput(Model):
    """An input picked from the data."""

    type: Literal["sample"] = "sample"
    split: Literal["train", "validation"] = "validation"
    index: Annotated[int, Field(ge=0)] = 0


class PixelInput(Model):
    """An input drawn, uploaded or taken by camera."""

    type: Literal["pixels"] = "pixels"
    shape: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1024)], ...], Field(min_length=2, max_length=3)
    ]
    """(height, width) or (channels, height, width)."""
    data: Annotated[str, Field(max_length=1_500_000)]
    """Bytes 0-255 in that order, base64."""


Fit = Literal["crop", "contain"]
"""How a picture comes into the shape of a network: its middle, or all of it on black."""
Invert = Literal["auto", "yes", "no"]
"""Whether light and dark are exchanged: `auto` does so for grey networks and a light ground."""


InputRef = Annotated[SampleInput | PixelInput, Field(discriminator="type")]
