"""Functions of ours as source for a script, with everything known put in and dead branches out."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from lantern.protocol.problems import ProblemError

Plain = str | int | float | bool | None
Known = Mapping[str, Plain]
"""Expressions as `ast.unparse` writes them, with the value they have in this run."""

OURS = "lantern."


class Lift:
    """Collects functions and the helpers they call, each once, helpers first.

    A branch whose condition follows from what is `known` is decided here, so that a script for
    two classes does not ask how many classes there are.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._sources: dict[str, str] = {}

    def method(self, owner: object, name: str, *, called: str) -> None:
        """Add a method as a function; fields of its plugin become the numbers they hold."""
        function: Any = getattr(type(owner), name)
        self._add(function, called, {f"self.{key}": getattr(owner, key) for key in _fields(owner)})

    def source(self) -> str:
        """Return all functions, two empty lines in between."""
        return "\n\n\n".join(self._sources.values())

    def _add(self, function: Callable[..., object], called: str, known: Known) -> None:
        if called in self._sources:
            return
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        definition = tree.body[0]
        assert isinstance(definition, ast.FunctionDef)
        helpers: dict[str, FunctionType] = {}
        settled = _Settler({**self._known, **known}, _globals_of(function), helpers)
        definition = settled.visit(definition)
        for name, helper in helpers.items():
            self._add(helper, name.lstrip("_"), {})
        self._sources[called] = _written(definition, called, helpers)


def _written(definition: ast.FunctionDef, called: str, helpers: Mapping[str, object]) -> str:
    """Return the source of a function that now stands alone: no `self`, no annotations."""
    left = {ast.unparse(node) for node in ast.walk(definition) if isinstance(node, ast.Attribute)}
    if odd := sorted(text for text in left if text.startswith("self.")):
        raise ProblemError(
            f"{odd[0]!r} cannot be written into a script of plain PyTorch.", field="format"
        )
    definition.name = called
    definition.returns = None
    definition.decorator_list = []
    definition.args.args = [
        ast.arg(arg=argument.arg) for argument in definition.args.args if argument.arg != "self"
    ]
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id in helpers:
            node.id = node.id.lstrip("_")
    first = definition.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        first.value = ast.Constant(str(first.value.value).split("\n\n")[0].strip())
    return ast.unparse(ast.fix_missing_locations(definition)).replace("'", '"')


class _Settler(ast.NodeTransformer):
    """Puts known values in, and takes out the branches that they rule out."""

    def __init__(
        self, known: Known, names: Mapping[str, object], helpers: dict[str, FunctionType]
    ) -> None:
        self._known, self._names, self._helpers = known, names, helpers

    def visit(self, node: ast.AST) -> Any:  # noqa: ANN401 - as ast.NodeTransformer declares it
        if isinstance(node, ast.expr):
            text = ast.unparse(node)
            if text in self._known:
                return ast.Constant(self._known[text])
        return super().visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        value = self._names.get(node.id)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return ast.Constant(value)
        if isinstance(value, FunctionType) and value.__module__.startswith(OURS):
            self._helpers[node.id] = value
        return node

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        test = self.visit(node.test)
        decided = _decided(test)
        if decided is None:
            node.test = test
            node.body = self._statements(node.body)
            node.orelse = self._statements(node.orelse)
            return node
        return self._statements(node.body if decided else node.orelse)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        test = self.visit(node.test)
        decided = _decided(test)
        if decided is None:
            return ast.IfExp(test, self.visit(node.body), self.visit(node.orelse))
        return self.visit(node.body if decided else node.orelse)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.body = self._statements(node.body)
        return node

    def _statements(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        """Visit statements; what stands behind a return is never reached."""
        kept: list[ast.stmt] = []
        for statement in statements:
            found = self.visit(statement)
            kept.extend(found if isinstance(found, list) else [found])
            if kept and isinstance(kept[-1], ast.Return):
                break
        return kept


def _decided(test: ast.expr) -> bool | None:
    """Return the truth of a condition made of constants alone; None for any other."""
    allowed = ast.Constant | ast.Compare | ast.BoolOp | ast.UnaryOp | ast.cmpop | ast.boolop
    if not all(isinstance(node, allowed | ast.unaryop) for node in ast.walk(test)):
        return None
    expression = ast.fix_missing_locations(ast.Expression(test))
    return bool(eval(compile(expression, "<condition>", "eval"), {"__builtins__": {}}))


def _globals_of(function: Callable[..., object]) -> Mapping[str, object]:
    return getattr(inspect.unwrap(function), "__globals__", {})


def _fields(owner: object) -> tuple[str, ...]:
    return tuple(getattr(type(owner), "model_fields", {}))


def known_of(outputs: int, *, has_classes: bool) -> Known:
    """Return what is known of a run's outputs (b, outputs) and targets (b,)."""
    return {
        "outputs.shape[1]": outputs,
        "targets.is_floating_point()": not has_classes,
    }
