"""The blocks of a model: which layers belong together, found from the names of its modules.

Modules of their own kind (a residual block, an inception block, a stage) are blocks. Sequences of
such modules are opened as long as there are few enough to stand side by side. Layers before the
first block are its `stem`, those behind the last its `head`. A chain without any such modules is
cut behind its poolings, as VGG's are counted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from lantern.lab.graph.kinds import kind_of
from lantern.lab.graph.tracing import INPUT, Node

MOST_BLOCKS = 12
"""Side by side."""
WEIGHTED = {"conv", "linear", "output"}
SEQUENCES = (nn.Sequential, nn.ModuleList)


@dataclass(frozen=True)
class Block:
    """Nodes that belong together."""

    path: str
    """Of the module, or `stem`, `head`, `block1` where there is none."""
    title: str
    nodes: tuple[int, ...]
    """Places of its nodes, in the order of the calls."""
    skips: bool
    """What goes in reaches a sum in it with fewer weighted layers on the way."""


def blocks_of(module: nn.Module, nodes: Sequence[Node]) -> tuple[Block, ...]:
    """Return the blocks in the order of their last layers; every node belongs to one."""
    keys = _keys(module, nodes)
    if any(key is not None for key in keys):
        names = _with_loose(nodes, keys)
    else:
        names = _cut_behind_pools(nodes)
    members: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        members.setdefault(name, []).append(place)
    ordered = sorted(members.items(), key=lambda item: item[1][-1])
    titles = _titles([path for path, _ in ordered])
    return tuple(
        Block(path, title, tuple(places), _skips(nodes, places))
        for (path, places), title in zip(ordered, titles, strict=True)
    )


def _keys(module: nn.Module, nodes: Sequence[Node]) -> list[str | None]:
    """Return the module that each node belongs to; None for layers between such modules."""
    parts = dict(module.named_modules())
    opened = {""}
    keys = _keyed(parts, nodes, opened)
    while True:
        more = {key for key in keys if key is not None and _is_sequence_of_parts(parts[key])}
        finer = _keyed(parts, nodes, opened | more)
        if not more or len(set(finer) - {None}) > MOST_BLOCKS:
            return keys
        opened, keys = opened | more, finer


def _keyed(
    parts: dict[str, nn.Module], nodes: Sequence[Node], opened: set[str]
) -> list[str | None]:
    keys: list[str | None] = []
    for node in nodes:
        ways = node.path.split(".")
        above = (".".join(ways[: end + 1]) for end in range(len(ways) - 1))
        keys.append(next((path for path in above if path not in opened and path in parts), None))
    return keys


def _is_sequence_of_parts(part: nn.Module) -> bool:
    if type(part) not in SEQUENCES:
        return False
    return sum(bool(child._modules) for child in part.children()) >= 2


def _with_loose(nodes: Sequence[Node], keys: Sequence[str | None]) -> list[str]:
    """Name the runs of layers between blocks: with weights their own, else with what follows."""
    names: list[str] = [""] * len(nodes)
    start = 0
    while start < len(nodes):
        end = start + 1
        while end < len(nodes) and keys[end] == keys[start]:
            end += 1
        name = keys[start] or _loose_name(nodes, keys, start, end)
        names[start:end] = [name] * (end - start)
        start = end
    return names


def _loose_name(nodes: Sequence[Node], keys: Sequence[str | None], start: int, end: int) -> str:
    weighted = [node for node in nodes[start:end] if kind_of(node) in WEIGHTED]
    following = keys[end] if end < len(nodes) else None
    if not weighted:
        return following or keys[start - 1] or "head"
    taken = set(keys)
    if start == 0 or not any(keys[:start]):
        return "stem" if "stem" not in taken else weighted[0].path
    if following is None:
        return "head" if "head" not in taken else weighted[0].path
    return weighted[0].path


def _cut_behind_pools(nodes: Sequence[Node]) -> list[str]:
    names: list[str] = []
    number, has_ended = 1, False
    in_head = False
    for node in nodes:
        kind = kind_of(node)
        in_head = in_head or (node.output.dim() < 4 and kind != "conv")
        if has_ended and kind == "conv":
            number, has_ended = number + 1, False
        names.append("head" if in_head else f"block{number}")
        has_ended = has_ended or kind == "pool"
    return names


def _titles(paths: Sequence[str]) -> list[str]:
    parted = [path.rpartition(".") for path in paths]
    last = [name for _, _, name in parted]
    # Of those that stand side by side, all are named in full where one has to be.
    named = {above for above, _, name in parted if name.isdigit() or last.count(name) > 1}
    short = [
        path if above in named else name
        for path, (above, _, name) in zip(paths, parted, strict=True)
    ]
    return [re.sub(r"(?<=[a-z])(?=\d)", " ", title) for title in short]


def _skips(nodes: Sequence[Node], places: Sequence[int]) -> bool:
    inside = set(places)
    # Weighted layers on the longest way from outside, for each node of the block.
    depths: dict[int, int] = {}
    for place in places:
        node = nodes[place]
        before = [depths.get(source, 0) for source in node.sources]
        if kind_of(node) == "add" and max(before) >= 2 and min(before) <= 1:
            return True
        depths[place] = max(before, default=0) + (kind_of(node) in WEIGHTED)
    return any(
        kind_of(nodes[place]) == "add"
        and len(nodes[place].sources) > 1
        and any(source == INPUT or source not in inside for source in nodes[place].sources)
        for place in places
    )
