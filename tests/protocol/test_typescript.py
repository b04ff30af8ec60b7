"""The emitter says in TypeScript what pydantic says in JSON schema, or refuses."""

import re
from typing import Any

import pytest

from lantern.protocol.typescript import emit, type_of


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, "number"),
        ({"type": "null"}, "null"),
        ({"const": "run"}, '"run"'),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"$ref": "#/$defs/Row"}, "Row"),
        ({"$ref": "#/$defs/Array"}, "ArrayRef"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number | null"),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number"),
        ({"type": "array", "items": {"type": "string"}}, "readonly (string)[]"),
        (
            {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}]},
            "readonly [number, string]",
        ),
        (
            {"type": "object", "additionalProperties": {"type": "number"}},
            "Readonly<Record<string, number>>",
        ),
        ({"type": "object"}, "Readonly<Record<string, JsonValue>>"),
        ({}, "JsonValue"),
    ],
)
def test_a_schema_has_a_type(schema: dict[str, Any], expected: str) -> None:
    assert type_of(schema) == expected


@pytest.mark.parametrize("schema", [{"type": "tuple"}, {"not": {"type": "string"}}])
def test_a_schema_without_a_type_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="no TypeScript for"):
        type_of(schema)


def test_every_name_that_is_used_is_declared() -> None:
    text = emit()
    declared = set(re.findall(r"^export (?:interface|type|const) (\w+)", text, re.M))
    code = re.sub(r'/\*\*.*?\*/|"[^"]*"|//.*', "", text, flags=re.S)
    used = set(re.findall(r"\b[A-Z]\w+", code))
    assert used - declared <= {"Readonly", "Record", "SUBPROTOCOL"}
    assert {"Command", "LiveEvent", "ViewerMessage", "Catalog", "SessionInfo"} <= declared


def test_no_name_shadows_the_browsers_own() -> None:
    declared = re.findall(r"^export (?:interface|type) (\w+)", emit(), re.M)
    assert not {"Array", "Map", "Set", "Error", "Object", "Record"} & set(declared)
    assert len(declared) == len(set(declared))
