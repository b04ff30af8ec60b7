"""One pass through any module, followed tensor by tensor: nodes, and what each takes from which."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from lantern.lab.graph.functions import JOINS, KINDS, arguments_of, name_of

INPUT = -1
"""Stands for what goes into the model, where a node says what it takes."""


@dataclass(frozen=True)
class Node:
    """One use of a leaf module, or of a torch function between modules."""

    path: str
    """Module path; for a function that of the module around it and its name: `block1.add`."""
    call: int
    """Counts the uses of one module, from 0."""
    operation: str
    """Class of the module, or the function's name."""
    module: nn.Module | None
    """None for a function."""
    sources: tuple[int, ...]
    """Places of the nodes whose output it takes, each once; INPUT for what goes in."""
    given: tuple[Tensor, ...]
    """What it takes from them, as it was handed over."""
    output: Tensor
    weights: tuple[Tensor, ...]
    """The parameters that it uses."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Of a function."""


def traced_graph(module: nn.Module, inputs: Tensor, *, keep: bool = False) -> list[Node]:
    """Return the nodes of one forward pass without gradients, in the order of the calls.

    Works for branches, joins by torch functions (`a + b`, `torch.cat`, `flatten`), and modules
    that are used more than once; also on the meta device. The module is left as it was found.
    With `keep` the numbers are copied, so that what works in place changes none of them.
    """
    tracing = _Tracing(inputs, keep=keep)
    with torch.no_grad(), _hooked(module, tracing), _Functions(tracing):
        module(inputs)
    return tracing.nodes


class _Tracing:
    """What is known so far: who made which tensor."""

    def __init__(self, inputs: Tensor, *, keep: bool) -> None:
        self.nodes: list[Node] = []
        self.keep = keep
        self.inside_leaf = 0
        self.around: list[str] = []
        """Paths of the modules with children that are being run."""
        # Tensors are kept, so that none of another's identity comes up while this lives.
        self._made: dict[int, tuple[Tensor, int]] = {id(inputs): (inputs, INPUT)}
        self._uses: dict[str, int] = {}

    def known(self, values: Iterable[object]) -> dict[int, Tensor]:
        """Return the producers of the tensors among these, and the tensors."""
        found: dict[int, Tensor] = {}
        for tensor in _tensors(values):
            if id(tensor) in self._made:
                found.setdefault(self._made[id(tensor)][1], tensor)
        return found

    def hand_on(self, values: object, maker: int) -> None:
        for tensor in _tensors((values,)):
            self._made[id(tensor)] = (tensor, maker)

    def use_of(self, path: str) -> int:
        self._uses[path] = self._uses.get(path, -1) + 1
        return self._uses[path]

    def add(self, node: Node, output: object) -> None:
        if self.keep:
            node = replace(node, output=node.output.clone())
        self.nodes.append(node)
        self.hand_on(output, len(self.nodes) - 1)


class _Functions(TorchFunctionMode):
    """Follows torch functions between modules; inside a leaf module it only lets them through."""

    def __init__(self, tracing: _Tracing) -> None:
        super().__init__()
        self._tracing = tracing

    def __torch_function__(
        self,
        func: Callable[..., object],
        types: Iterable[type],
        args: tuple[object, ...] = (),
        kwargs: Mapping[str, object] | None = None,
    ) -> object:
        given = dict(kwargs or {})
        output = func(*args, **given)
        tracing = self._tracing
        if tracing.inside_leaf or not any(True for _ in _tensors((output,))):
            return output
        sources = tracing.known((*args, *given.values()))
        if sources:
            self._note(name_of(func), args, given, sources, output)
        return output

    def _note(
        self,
        name: str,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        sources: dict[int, Tensor],
        output: object,
    ) -> None:
        tracing = self._tracing
        values = (*args, *kwargs.values())
        weights = tuple(each for each in _tensors(values) if isinstance(each, nn.Parameter))
        if not isinstance(output, Tensor) or not _is_a_node(name, sources, weights, output):
            tracing.hand_on(output, next(iter(sources)))
            return
        around = tracing.around[-1] if tracing.around else ""
        path = f"{around}.{name}" if around else name
        use = tracing.use_of(path)
        tracing.add(
            Node(
                path=path if use == 0 else f"{path}_{use + 1}",
                call=0,
                operation=name,
                module=None,
                sources=tuple(sources),
                given=tuple(sources.values()),
                output=output,
                weights=weights,
                arguments=arguments_of(name, args, kwargs),
            ),
            output,
        )


def _is_a_node(
    name: str, sources: dict[int, Tensor], weights: tuple[Tensor, ...], output: Tensor
) -> bool:
    if len(sources) > 1 or weights:
        return True
    given = next(iter(sources.values()))
    if name in {"mean", "amax"}:  # a pooling, where it takes the mean over a map
        return given.dim() == 4 and output.numel() < given.numel()
    if KINDS.get(name) == "concat":
        return output.shape != given.shape
    return name in KINDS and name not in JOINS


@contextmanager
def _hooked(module: nn.Module, tracing: _Tracing) -> Iterator[None]:
    handles: list[RemovableHandle] = []
    try:
        for path, part in module.named_modules():
            hooks = _leaf_hooks(path, tracing) if _is_leaf(part) else _around_hooks(path, tracing)
            before, after = hooks
            handles.append(part.register_forward_pre_hook(before))
            handles.append(part.register_forward_hook(after, with_kwargs=True))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _is_leaf(part: nn.Module) -> bool:
    # Attention uses the weights of its child without calling it.
    return not part._modules or isinstance(part, nn.MultiheadAttention)


Before = Callable[[nn.Module, tuple[object, ...]], None]
After = Callable[[nn.Module, tuple[object, ...], dict[str, object], object], object]


def _around_hooks(path: str, tracing: _Tracing) -> tuple[Before, After]:
    def enter(_: nn.Module, __: tuple[object, ...]) -> None:
        tracing.around.append(path)

    def leave(_: nn.Module, __: tuple[object, ...], ___: dict[str, object], ____: object) -> None:
        tracing.around.pop()

    return enter, leave


def _leaf_hooks(path: str, tracing: _Tracing) -> tuple[Before, After]:
    def enter(_: nn.Module, __: tuple[object, ...]) -> None:
        tracing.inside_leaf += 1

    def leave(
        part: nn.Module, args: tuple[object, ...], kwargs: dict[str, object], output: object
    ) -> object:
        tracing.inside_leaf -= 1
        sources = tracing.known((*args, *kwargs.values()))
        first = next(_tensors((output,)), None)
        if not sources or first is None or tracing.inside_leaf:
            return None
        if output is first and any(first is given for given in sources.values()):
            # It handed on what it was given (Identity): a skip beside it needs a tensor of its own.
            output = first = first.view_as(first)
        node = Node(
            path=path,
            call=tracing.use_of(path),
            operation=type(part).__name__,
            module=part,
            sources=tuple(sources),
            given=tuple(sources.values()),
            output=first,
            weights=tuple(part.parameters()),
        )
        tracing.add(node, output)
        return output

    return enter, leave


def _tensors(values: Iterable[object]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
        elif isinstance(value, dict):
            yield from _tensors(value.values())
