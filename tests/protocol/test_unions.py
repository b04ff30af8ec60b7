"""Commands and events are closed unions on `type`; delivery is part of the type."""

import inspect
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from lantern.protocol import commands, events, figures, live
from lantern.protocol.commands import Command, CommandBase
from lantern.protocol.events import BINARY_TYPES, Event, EventBase, Latest
from lantern.protocol.figures import Array, Figure, FigureBase

command: TypeAdapter[Command] = TypeAdapter(Command)
event: TypeAdapter[Event] = TypeAdapter(Event)


def members(union: Any) -> set[type[BaseModel]]:
    """Return the classes of an annotated union."""
    return set(get_args(get_args(union)[0]))


def classes(module: Any, base: type) -> set[type]:
    """Return the concrete messages that a module defines."""
    return {
        item
        for item in vars(module).values()
        if inspect.isclass(item)
        and issubclass(item, base)
        and item.__module__ == module.__name__
        and "type" in item.model_fields
    }


@pytest.mark.parametrize(
    ("union", "module", "base"),
    [
        (Command, commands, CommandBase),
        (Event, events, EventBase),
        (Figure, figures, FigureBase),
        (live.ViewerMessage, live, BaseModel),
    ],
    ids=["command", "event", "figure", "viewer message"],
)
def test_every_message_is_in_its_union(union: Any, module: Any, base: type) -> None:
    defined = classes(module, base)
    if module is live:
        defined = {item for item in defined if not issubclass(item, EventBase)}
    assert members(union) == defined


def test_types_are_named_once() -> None:
    for union in (Command, Event, Figure, live.LiveEvent):
        names = [_type_of(item) for item in _flat(union)]
        assert len(names) == len(set(names))


def test_figure_kinds_are_the_dozen() -> None:
    names = "bars boxes heatmap histogram images lines network scatter surface table text tokens"
    assert " ".join(sorted(_type_of(item) for item in members(Figure))) == names


def test_delivery_is_part_of_the_type() -> None:
    keyed = {_type_of(item): item.keyed_by for item in members(Event) if item.keyed_by}
    for item in members(Event):
        assert item.keyed_by is None or item.keyed_by in item.model_fields
    assert keyed["figure"] == "key"
    assert keyed["telemetry"] == Latest.keyed_by == "type"
    counted = {_type_of(item) for item in members(Event)} - set(keyed)
    assert counted >= {"state", "metrics", "built", "edited", "problem", "reply", "inspected"}


def test_what_holds_arrays_travels_as_a_frame() -> None:
    holding = {_type_of(item) for item in members(Event) if "ArrayRef" in _names(item)}
    assert holding == BINARY_TYPES


@pytest.mark.parametrize(
    "message",
    [
        {"type": "fly"},
        {"steps": 3},
        {"type": "run", "steps": 0},
        {"type": "run", "steps": 1.5},
        {"type": "run", "speed": 3},
        {"type": "pace", "steps_per_s": float("nan")},
        {"type": "budget", "share": float("inf")},
        {"type": "edit", "changes": []},
        {"type": "set_weight", "parameter": "w", "index": [-1], "value": 0},
        {"type": "set_weight", "parameter": "w", "index": [0], "value": 1e300},
        {"type": "set_input", "slot": 99, "input": {"type": "sample"}},
        {"type": "watch", "key": "k", "view": {"inspector": "network"}, "max_rate_hz": 1e9},
        {"type": "rewind", "step": -1},
        {"type": "pause", "id": "x" * 65},
        None,
        [],
        "run",
    ],
    ids=str,
)
def test_a_command_that_is_none_is_refused(message: Any) -> None:
    with pytest.raises(ValidationError):
        command.validate_python(message)


@pytest.mark.parametrize("item", sorted(members(Command), key=lambda item: item.__name__))
def test_a_refusal_names_the_field(item: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as caught:
        command.validate_python({"type": _type_of(item), "surprise": 1})
    assert (_type_of(item), "surprise") in [error["loc"] for error in caught.value.errors()]


def _type_of(item: type[BaseModel]) -> str:
    return item.model_fields["type"].default


def _flat(union: Any) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    for item in get_args(get_args(union)[0]):
        found += [item] if inspect.isclass(item) else _flat(item)
    return found


def _names(item: type[BaseModel]) -> set[str]:
    """Return `ArrayRef` if arrays can be anywhere inside."""
    schema = item.model_json_schema()
    return {"ArrayRef"} if Array.__name__ in schema.get("$defs", {}) else set()
