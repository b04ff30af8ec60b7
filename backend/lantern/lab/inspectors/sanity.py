"""Does an explanation depend on what the network has learnt."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import torch
from pydantic import JsonValue
from torch import Tensor, nn

from lantern.lab.arrays import array_of, images_of
from lantern.lab.capture import traced
from lantern.lab.inspectors._explaining import (
    Case,
    Facts,
    Wish,
    case_of,
    facts_of,
    over_input,
    single_map,
)
from lantern.lab.inspectors._likeness import similarity, spearman
from lantern.lab.kinds import Inspector
from lantern.lab.questions import Explanation
from lantern.lab.scores import Scores
from lantern.lab.subject import Progress, Subject
from lantern.lab.wording import fact
from lantern.protocol.figures import Axis, ImagesFigure, LinesFigure, Series
from lantern.protocol.model import control

EMPTY = 0.3
"""Share of scores of 0 in all maps from which on their ranks, all alike, decide."""
TOO_ALIKE = 0.5
"""Rank correlation of sizes with all layers random that is worth a warning."""


@dataclass(frozen=True)
class Depth:
    """The map once the layers down to one are random."""

    label: str
    single: Tensor
    """(1, 1, h', w')."""


class Sanity(Inspector, name="sanity", title="Sanity check"):
    """How a map changes when the layers are made random one after the other, from the top.

    A map that hardly changes shows the input, not what the network has learnt. Adebayo and others
    (2018), arXiv:1810.03292: cascading randomisation, rank correlation (Spearman) and structural
    similarity with the map of the trained network.
    """

    tags = ("images", "long")
    order = 122
    long = True
    live = False
    method: Annotated[str, control(min_length=1, max_length=64, widget="attribution")] = "saliency"
    """The method to check."""
    method_params: Annotated[dict[str, JsonValue], control(widget="params")] = {}  # noqa: RUF012
    """Parameters of the method."""
    layer: Annotated[str, control(max_length=200, widget="layer")] = ""
    """The layer whose maps are looked at, for methods that look at one; the last by default."""
    target: Annotated[int | None, control(ge=0, le=100_000, widget="class")] = None
    """The class to explain; the predicted one where none is given."""
    slot: Annotated[int, control(ge=0, le=63, widget="input")] = 0
    """The input to explain."""
    depths: Annotated[int, control(ge=1, le=16)] = 8
    """How many maps to show at most; deeper networks lose several layers at a time."""
    seed: Annotated[int, control(ge=0, le=1_000_000)] = 0
    """Of the random weights."""

    def figures(self, subject: Subject) -> Iterator[ImagesFigure | LinesFigure | Progress]:
        """Yield the maps so far and how like the first they are, depth by depth."""
        wish = Wish(self.method, self.method_params, self.layer, self.target, self.slot)
        case = case_of(subject, wish)
        twin = Scores(copy.deepcopy(subject.module))
        stages, found = self._stages(case), list[Depth]()
        by = subject.generator(f"sanity/{self.seed}")
        for index, stage in enumerate([(), *stages]):
            for path in stage:
                _randomise(twin.get_submodule(path), by)
            label = f"to {stage[-1]}" if stage else "as trained"
            last = None
            for step in case.explained(twin):
                if isinstance(step, Progress):
                    done = (index + step.fraction) / (len(stages) + 1)
                    yield Progress(done, f"{label}: {step.sentence}")
                else:
                    last = step
            assert last is not None  # every method ends with an explanation
            found.append(Depth(label, single_map(case, last.scores).nan_to_num(0, 0, 0)))
            yield Progress((index + 1) / (len(stages) + 1), f"{label}: done")
            if index:
                yield from self._shown(case, last, found)

    def _stages(self, case: Case) -> list[tuple[str, ...]]:
        """Return the layers from the top, in at most `depths` groups; norms go with the others."""
        calls, _ = traced(case.model, case.inputs)
        own = [call for call in calls if list(call.module.parameters(recurse=False))]
        paths = list(dict.fromkeys(call.path for call in reversed(own)))
        weighted = [call.path for call in own if call.kind in {"conv", "linear"}] or paths
        groups: list[list[str]] = [[]]
        for path in paths:
            groups[-1].append(path)
            if path in weighted:
                groups.append([])
        groups = [group for group in groups if group]
        size = -(-len(groups) // self.depths)
        parts = [groups[start : start + size] for start in range(0, len(groups), size)]
        return [tuple(path for group in part for path in group) for part in parts]

    def _shown(
        self, case: Case, last: Explanation, found: list[Depth]
    ) -> Iterator[ImagesFigure | LinesFigure]:
        likeness = _likeness(found)
        ranks = likeness["rank correlation of sizes"]
        facts: Facts = facts_of(case, replace(last, checks={}))
        facts |= {f"{name}, all random": fact(values[-1]) for name, values in likeness.items()}
        warnings = last.cautions + _caution_of_zeros(found)
        if ranks[-1] > TOO_ALIKE:
            warnings += (
                f"With the layers random the map is still much the same ({ranks[-1]:.2f}): it "
                "shows the input more than what was learnt.",
            )
        over = torch.cat([over_input(case, depth.single) for depth in found])
        alt = (
            f"{case.method.title} with the layers random from the top, {len(found) - 1} depths: "
            f"rank correlation with the first map {ranks[-1]:.2f} at the last."
        )
        yield ImagesFigure(
            title=f"{case.method.title}, layers random from the top",
            caption=f"class {case.class_name}",
            alt=alt,
            facts=facts,
            warnings=warnings,
            images=images_of(over, scale="signed" if case.method.signed else "magnitude"),
            labels=tuple(depth.label for depth in found),
            underlay=images_of(case.inputs, scale="pixels"),
        )
        yield LinesFigure(
            title="Likeness with the map of the trained network",
            alt=alt,
            facts=facts,
            warnings=warnings,
            x=Axis(label="layers made random, from the top"),
            y=Axis(label="likeness"),
            series=tuple(_series(name, values) for name, values in likeness.items()),
        )


def _series(name: str, values: list[float]) -> Series:
    numbers = torch.tensor(values)
    return Series(label=name, x=array_of(torch.arange(len(values)).float()), y=array_of(numbers))


def _caution_of_zeros(found: list[Depth]) -> tuple[str, ...]:
    """Say where the maps agree for lack of anything to explain, as on an empty background."""
    maps = torch.stack([depth.single.flatten() for depth in found])  # (depths, n)
    empty = (maps == 0).all(0)
    share = float(empty.float().mean())
    if share < EMPTY or empty.all():
        return ()
    rest = maps[:, ~empty].abs()
    ranks = spearman(rest[0], rest[-1])
    return (
        f"{share * 100:.0f} % of the scores are 0 at every depth, and their ranks agree whatever "
        f"was learnt; without them the rank correlation of sizes is {ranks:.2f} "
        "with all layers random.",
    )


def _likeness(found: list[Depth]) -> dict[str, list[float]]:
    maps = [depth.single[0, 0] for depth in found]
    return {
        "rank correlation": [spearman(maps[0], other) for other in maps],
        "rank correlation of sizes": [spearman(maps[0].abs(), other.abs()) for other in maps],
        "structural similarity": [similarity(maps[0], other) for other in maps],
    }


def _randomise(layer: nn.Module, by: torch.Generator) -> None:
    """Draw a layer's weights anew (He and others, 2015: normal), or reset a normalisation."""
    with torch.no_grad():
        for name, values in layer.named_parameters(recurse=False):
            if values.dim() > 1:
                deviation = (2 / values[0].numel()) ** 0.5
                values.copy_(deviation * torch.randn(values.shape, generator=by))
            else:
                values.fill_(1.0 if name == "weight" else 0.0)
        for name, numbers in layer.named_buffers(recurse=False):
            if name in {"running_mean", "running_var"}:
                numbers.fill_(float(name == "running_var"))
