"""Which columns the picture of a network has, and what lies between them: layers or blocks.

The plan of a module is made once, from its graph; each look then catches only what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from torch import Tensor, nn

from lantern.lab.graph.blocks import WEIGHTED, Block, blocks_of
from lantern.lab.graph.catching import Use
from lantern.lab.graph.counting import parameters_of
from lantern.lab.graph.kinds import kind_of
from lantern.lab.graph.tracing import INPUT, Node, traced_graph
from lantern.protocol.problems import ProblemError

Level = Literal["auto", "layers", "blocks"]
MOST_LAYERS = 8
"""Weighted layers that stand side by side; networks with more are shown by their blocks."""
NEVER_NEGATIVE = (nn.ReLU, nn.ReLU6, nn.Sigmoid, nn.Softplus, nn.Hardsigmoid)
NEVER_NEGATIVE_FUNCTIONS = {"relu", "relu6", "sigmoid", "softplus", "hardsigmoid", "softmax"}


@dataclass(frozen=True)
class Column:
    """A layer or a block, and where to catch what it puts out."""

    path: str
    """Of the layer that it stands for."""
    title: str
    kind: str
    use: Use
    """The use of a module whose output is shown."""
    parameters: int
    is_positive: bool
    """It cannot put out negative numbers."""
    block: str
    opens: bool = False
    """It is a block that can be opened to its layers, or closed again."""


@dataclass(frozen=True)
class Plan:
    """Columns behind the input, the last one for the output, and the links between columns."""

    columns: tuple[Column, ...]
    links: tuple[tuple[int, int, bool], ...]
    """(from, to, whether it is a skip); column 0 is the input."""
    level: Literal["layers", "blocks"]


@dataclass(frozen=True)
class Wish:
    """What is to be shown."""

    level: Level = "auto"
    open: str = ""
    """Path of a block that is shown by its layers."""
    pools: bool = False


_plans: WeakKeyDictionary[nn.Module, dict[Wish, Plan]] = WeakKeyDictionary()
"""By module, as long as it lives; a plan holds no tensors."""


def plan_of(module: nn.Module, inputs: Tensor, wish: Wish) -> Plan:
    """Return the plan of a module's picture, made at the first look."""
    plans = _plans.setdefault(module, {})
    if wish not in plans:
        plans[wish] = _Planning(module, traced_graph(module, inputs)).plan(wish)
    return plans[wish]


class _Planning:
    def __init__(self, module: nn.Module, nodes: Sequence[Node]) -> None:
        self._module = module
        self._nodes = nodes
        self._kinds = [kind_of(node) for node in nodes]
        self._blocks = blocks_of(module, nodes)
        self._block_of = {place: block.path for block in self._blocks for place in block.nodes}
        self._parameters = parameters_of(nodes)
        weighted = [place for place, kind in enumerate(self._kinds) if kind in WEIGHTED]
        if not weighted:
            raise ProblemError("inspector: this network has no layer to show.", field="inspector")
        self._weighted = weighted
        self._short = False  # whether titles leave the block out
        self._last = weighted[-1]

    def plan(self, wish: Wish) -> Plan:
        level = wish.level
        if level == "auto":
            few = len(self._weighted) <= MOST_LAYERS or len(self._blocks) < 3
            level = "layers" if few else "blocks"
        self._short = level == "blocks"
        shown: dict[int, Column] = {}
        for block in self._blocks:
            if level == "layers" or block.path == wish.open:
                shown |= self._layers(block, wish)
            if level == "blocks":
                shown |= self._whole(block, is_open=block.path == wish.open)
        shown[self._last] = self._layer(self._last)
        shown = dict(sorted(shown.items()))
        whole = {
            place
            for place, column in shown.items()
            if column.kind == "block" and column.block != wish.open
        }
        tail = self._tail(list(shown), wish.open)
        return Plan(tuple(shown.values()), self._links(list(shown), whole, tail), level)

    def _layers(self, block: Block, wish: Wish) -> dict[int, Column]:
        kinds = {*WEIGHTED, "pool"} if wish.pools else WEIGHTED
        places = [place for place in block.nodes if self._kinds[place] in kinds]
        modules = [place for place in places if self._nodes[place].module is not None]
        return {place: self._layer(place) for place in modules if place < self._last}

    def _layer(self, place: int) -> Column:
        node, shown = self._nodes[place], self._nodes[self._settled(place)]
        return Column(
            path=node.path,
            title=self._title(place),
            kind=self._kinds[place],
            use=(shown.path, shown.call),
            parameters=self._parameters[place],
            is_positive=self._is_positive(self._settled(place)),
            block=self._block_of[place],
        )

    def _title(self, place: int) -> str:
        node = self._nodes[place]
        name = node.path.removeprefix(f"{self._block_of[place]}.") if self._short else node.path
        return name if node.call == 0 else f"{name} ({node.call + 1})"

    def _settled(self, place: int) -> int:
        """Return the node behind its normalisation and non-linearity, while there is one way."""
        while self._kinds[place] != "activation":
            users = [at for at, node in enumerate(self._nodes) if place in node.sources]
            if len(users) != 1 or self._kinds[users[0]] not in {"norm", "activation"}:
                break
            following = self._nodes[users[0]]
            if following.module is None or len(following.sources) > 1:
                break
            place = users[0]
        return place

    def _whole(self, block: Block, *, is_open: bool) -> dict[int, Column]:
        inside = [place for place in block.nodes if place != self._last]
        maps = [place for place in inside if self._nodes[place].output[0, 0].numel() > 1]
        weighted = [place for place in inside if self._kinds[place] in WEIGHTED]
        if not weighted or (self._last in block.nodes and not maps):
            return {}
        place = block.nodes[-1] if self._last not in block.nodes else maps[-1]
        at, use = self._caught(block, place)
        return {
            place: Column(
                path=use[0] if use[0] != block.path else self._nodes[weighted[-1]].path,
                title=block.title,
                kind="block",
                use=use,
                parameters=sum(self._parameters[each] for each in block.nodes),
                is_positive=self._is_positive(at),
                block=block.path,
                opens=len(weighted) > 1 or is_open,
            )
        }

    def _caught(self, block: Block, place: int) -> tuple[int, Use]:
        """Return the place of what is shown for a block's last node, and where to catch it."""
        node = self._nodes[place]
        if node.module is not None:
            return place, (node.path, node.call)
        if place == block.nodes[-1] and block.path in dict(self._module.named_modules()):
            return place, (block.path, 0)
        modules = [at for at in block.nodes if at <= place and self._nodes[at].module is not None]
        node = self._nodes[modules[-1]]
        return modules[-1], (node.path, node.call)

    def _tail(self, shown: list[int], opened: str) -> dict[int, int]:
        """Return the column for what lies between an open block's last layer and its end."""
        block = next((block for block in self._blocks if block.path == opened), None)
        if block is None or block.nodes[-1] not in shown:
            return {}
        end = block.nodes[-1]
        last = max((place for place in block.nodes if place in shown and place != end), default=end)
        return {place: shown.index(end) + 1 for place in block.nodes if last < place <= end}

    def _links(
        self, shown: list[int], whole: set[int], tail: dict[int, int]
    ) -> tuple[tuple[int, int, bool], ...]:
        """Return the links; what lies between columns counts to the one it comes out of last.

        `whole` are the places of closed blocks, `tail` is of the open one.
        """
        columns = {place: index for index, place in enumerate(shown, start=1)}
        stands_for: dict[int, int] = {INPUT: 0}
        found: dict[tuple[int, int, bool], None] = {}
        for place, node in enumerate(self._nodes):
            before = [stands_for[source] for source in node.sources]
            target = columns.get(place, tail.get(place, max(before)))
            stands_for[place] = target
            for source in before:
                if source != target:
                    found[source, target, target - source > 1] = None
        for block in self._blocks:
            target = columns.get(block.nodes[-1], 0)
            if block.skips and block.nodes[-1] in whole:
                found[target - 1, target, True] = None
        return tuple(sorted(found))

    def _is_positive(self, place: int) -> bool:
        """Whether it cannot put out negative numbers, as far as its layers tell."""
        node = self._nodes[place]
        if isinstance(node.module, NEVER_NEGATIVE):
            return True
        if node.module is None and node.operation in NEVER_NEGATIVE_FUNCTIONS:
            return True
        passes = self._kinds[place] in {"add", "concat", "pool"}
        return passes and all(at != INPUT and self._is_positive(at) for at in node.sources)
