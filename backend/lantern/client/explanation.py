"""An explanation as numpy arrays."""

import io
import json
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue, ValidationError

from lantern.client.errors import LanternError
from lantern.protocol.problems import Problem
from lantern.protocol.rest import Explain
from lantern.protocol.views import InputRef

At = Literal["live"] | int


@dataclass(frozen=True)
class Explanation:
    """Raw scores, the input they explain, and what makes them reproducible."""

    scores: NDArray[np.float32] = field(repr=False)
    """(c, h, w) raw signed scores, or (1, h', w') for a layer's map."""
    inputs: NDArray[np.float32] = field(repr=False)
    """(c, h, w) from 0 to 1."""
    meta: dict[str, JsonValue]
    """Method, resolved arguments, class, score, probability, layer, step, seed, warnings."""


def explanation_of(content: bytes) -> Explanation:
    """Return what an npz file of the server holds."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        meta = json.loads(file["meta"].item())
        return Explanation(file["scores"], file["inputs"], meta)


def wish_of(
    method: str,
    *,
    target: int | None,
    layer: str,
    input: InputRef | int,
    at: At,
    params: dict[str, JsonValue],
) -> Explain:
    """Return what is asked of the server; an input is a slot, or the input itself."""
    slot, given = (input, None) if isinstance(input, int) else (0, input)
    try:
        return Explain(
            method=method, params=params, target=target, layer=layer, slot=slot, input=given, at=at
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise LanternError(Problem(sentence=f"{path}: {first['msg']}.", field=path)) from None
