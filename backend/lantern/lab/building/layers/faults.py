"""What pydantic says of a list of layers, as a sentence that names the layer, from 1."""

from collections.abc import Mapping

from pydantic import ValidationError

from lantern.lab.building.layers.chain import FIELD, MOST_LAYERS
from lantern.protocol.problems import ProblemError

TYPES = (
    "conv, depthwise, residual, pool, global_average, norm, activation, dropout, flatten, linear"
)


def bad_layer(error: ValidationError, given: object) -> ProblemError:
    """Return the first complaint as a ProblemError with the field `model.params.layers.<index>`."""
    first = error.errors(include_url=False, include_context=False)[0]
    place, kind = first["loc"], first["type"]
    if not place or not isinstance(place[0], int):
        fact = (
            f"there are more than {MOST_LAYERS} of them"
            if kind == "too_long"
            else "they are no list of layers"
        )
        return ProblemError(f"{FIELD}: {fact}.", field=FIELD)
    index = place[0]
    sentence = f"Layer {index + 1} ({_type(given, index)}): {_fault(first, kind, place)}."
    return ProblemError(sentence, field=f"{FIELD}.{index}")


def _fault(first: Mapping[str, object], kind: str, place: tuple[int | str, ...]) -> str:
    if kind.startswith("union_tag"):
        return f"its type must be one of {TYPES}"
    name = str(place[-1]) if len(place) > 1 else ""
    if kind == "extra_forbidden":
        return f"it has no setting {name[:40]!r}"
    message = str(first["msg"])
    if name == "name" and kind == "string_pattern_mismatch":
        return "its name must begin with a small letter, then small letters, digits and _"
    what = message.replace("Input should", "must")
    return f"{name} {what}, not {str(first['input'])[:40]!r}".strip()


def _type(given: object, index: int) -> str:
    layer = given[index] if isinstance(given, list | tuple) and index < len(given) else None
    return str(layer.get("type", "?"))[:40] if isinstance(layer, Mapping) else "?"
