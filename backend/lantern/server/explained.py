"""An explanation as the worker tells it, put together for scripts: npz, PNG or JSON."""

import json
from array import array
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from lantern.protocol import frame
from lantern.protocol.events import InspectedEvent
from lantern.protocol.figures import HeatmapFigure
from lantern.protocol.rest import Explained
from lantern.server.figures_json import nested
from lantern.server.npz import Plain, npz_of, text
from lantern.server.png import limit_of, map_png

OWN = ("arguments", "signed", "joint", "target index")
"""Facts that are told in another way."""


@dataclass(frozen=True)
class Answer:
    """Scores, inputs, and what makes them reproducible."""

    scores: Plain
    """(c, h, w), or (1, h', w')."""
    inputs: Plain
    """(c, h, w)."""
    facts: dict[str, str | float | int]
    warnings: tuple[str, ...]

    @property
    def meta(self) -> dict[str, JsonValue]:
        """Method, resolved arguments, class, layer, step, seed and checks, as JSON."""
        facts = self.facts
        return {
            **{name: value for name, value in facts.items() if name not in OWN},
            "arguments": json.loads(str(facts["arguments"])),
            "target index": facts["target index"],
            "signed": bool(facts["signed"]),
            "warnings": list(self.warnings),
        }

    def npz(self) -> bytes:
        """Return `scores` and `inputs` as float32 and `meta` as JSON text."""
        meta = text(json.dumps(self.meta, ensure_ascii=False))
        return npz_of({"scores": self.scores, "inputs": self.inputs, "meta": meta})

    def png(self, scale: int) -> bytes:
        """Return the map as a picture; all colours of a pixel are taken together."""
        channels, _, width = self.scores.shape
        numbers = _floats(self.scores)
        size = len(numbers) // channels
        planes = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        share = channels if self.facts["joint"] else 1
        single = array("f", (sum(cells) / share for cells in zip(*planes, strict=True)))
        limit = limit_of(single)
        note = json.dumps({**self.meta, "colours end at": limit}, ensure_ascii=False)
        signed = bool(self.facts["signed"])
        return map_png(single, width=width, signed=signed, limit=limit, scale=scale, note=note)

    def json(self) -> Explained:
        """Return everything as JSON."""
        return Explained(
            meta=self.meta, scores=tuple(_listed(self.scores)), inputs=tuple(_listed(self.inputs))
        )


def answer_of(message: bytes) -> Answer:
    """Return what an `inspected` frame of the inspector `explanation` holds."""
    event = frame.decode(message, InspectedEvent)
    maps = [figure for figure in event.figures if isinstance(figure, HeatmapFigure)]
    return Answer(
        scores=_stacked([each for each in maps if each.title == "scores"]),
        inputs=_stacked([each for each in maps if each.title == "inputs"]),
        facts=maps[0].facts,
        warnings=maps[0].warnings,
    )


def _stacked(maps: list[HeatmapFigure]) -> Plain:
    data = b"".join(bytes(each.values.data) for each in maps)
    return Plain(data, (len(maps), *maps[0].values.shape))


def _floats(plain: Plain) -> "array[float]":
    numbers: array[float] = array("f")
    numbers.frombytes(plain.data)
    return numbers


def _listed(plain: Plain) -> Any:  # noqa: ANN401 - as deep as the shape
    return nested(_floats(plain), plain.shape)
