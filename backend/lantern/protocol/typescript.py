"""Emit the TypeScript types of the protocol from its pydantic models (`make gen`)."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from lantern.protocol.catalog import Catalog
from lantern.protocol.commands import Command
from lantern.protocol.experiment import Experiment, Training
from lantern.protocol.figures import Figure
from lantern.protocol.ids import SUBPROTOCOL
from lantern.protocol.link import JobDone
from lantern.protocol.live import LiveEvent, ViewerMessage
from lantern.protocol.rest import RestModels

Schema = dict[str, Any]

ROOTS: dict[str, Any] = {
    "Figure": Figure,
    "LiveEvent": LiveEvent,
    "Catalog": Catalog,
    "JobDone": JobDone,
    "RestModels": RestModels,
    "Command": Command,
    "ViewerMessage": ViewerMessage,
}
"""What is said to a browser first: a type that both sides use has all its fields filled in."""
PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
FORMS: dict[str, Schema] = {
    "EXPERIMENT_SCHEMA": Experiment.model_json_schema(),
    "TRAINING_SCHEMA": Training.model_json_schema(),
}
"""Schemas of forms that belong to no plugin, so that no form is made by hand."""
ALIASES = {"Array": "ArrayRef"}
"""Names that would shadow the browser's own."""
HEADER = "// Generated from backend/lantern/protocol by `make gen`. Do not edit.\n"


def type_of(schema: Schema) -> str:
    """Return the TypeScript type of one JSON schema."""
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rsplit("/", 1)[1]
            return ALIASES.get(name, name)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": options} | {"oneOf": options}:
            return " | ".join(dict.fromkeys(type_of(option) for option in options))
        case {"type": "array", "prefixItems": items}:
            return f"readonly [{', '.join(map(type_of, items))}]"
        case {"type": "array", "items": item}:
            return f"readonly ({type_of(item)})[]"
        case {"type": "object", "additionalProperties": value} if (
            value is not True and value is not False
        ):
            return f"Readonly<Record<string, {type_of(value)}>>"
        case {"type": "object"}:
            return "Readonly<Record<string, JsonValue>>"
        case {"type": str(name)} if name in PRIMITIVES:
            return PRIMITIVES[name]
        case _ if not set(schema) - {"title", "description", "default"}:
            return "JsonValue"
        case _:
            raise TypeError(f"no TypeScript for {schema}")


def _comment(schema: Schema, indent: str) -> str:
    text = schema.get("description")
    return f"{indent}/** {text.replace(chr(10), ' ')} */\n" if text else ""


def _interface(name: str, schema: Schema) -> str:
    required = set(schema.get("required", ()))
    fields = "".join(
        f"{_comment(field, '  ')}  readonly {key}{'' if key in required else '?'}: "
        f"{type_of(field)};\n"
        for key, field in schema.get("properties", {}).items()
    )
    return f"{_comment(schema, '')}export interface {name} {{\n{fields}}}\n"


def _definition(name: str, schema: Schema) -> str:
    name = ALIASES.get(name, name)
    if name == "ArrayRef":
        return (
            "/** Where an array lies in the frame: bytes from the end of the padded header. */\n"
            "export interface ArrayRef {\n"
            '  readonly dtype: "u1" | "u2" | "i4" | "f2" | "f4" | "f8";\n'
            "  readonly shape: readonly number[];\n  readonly offset: number;\n}\n"
        )
    if schema.get("type") == "object" and "properties" in schema:
        return _interface(name, schema)
    return f"{_comment(schema, '')}export type {name} = {type_of(schema)};\n"


def _required(schema: Schema, *, filled_in: bool) -> list[str]:
    """Return the fields always there: all of what we say, the discriminator of what we hear."""
    required = set(schema.get("required", ()))
    properties = schema.get("properties", {}).items()
    return [key for key, field in properties if filled_in or key in required or "const" in field]


def emit() -> str:
    """Return the whole TypeScript file."""
    definitions: dict[str, Schema] = {}
    unions: list[str] = []
    for name, root in ROOTS.items():
        mode = "validation" if name in {"Command", "ViewerMessage"} else "serialization"
        schema = TypeAdapter(root).json_schema(mode=mode)
        for key, value in schema.pop("$defs", {}).items():
            value["required"] = _required(value, filled_in=mode == "serialization")
            definitions.setdefault(key, value)
        if "properties" in schema:
            schema["required"] = _required(schema, filled_in=mode == "serialization")
            definitions[name] = schema
        else:
            unions.append(f"export type {name} = {type_of(schema)};\n")
    definitions.pop("RestModels", None)
    definitions.pop("JsonValue", None)
    json_value = (
        "export type JsonValue =\n  | string\n  | number\n  | boolean\n  | null\n"
        "  | readonly JsonValue[]\n  | { readonly [key: string]: JsonValue };\n"
    )
    body = [_definition(name, definitions[name]) for name in sorted(definitions)]
    constant = f"export const SUBPROTOCOL = {json.dumps(SUBPROTOCOL)};\n"
    return "\n".join([HEADER, constant, json_value, *body, *unions, *map(_form, FORMS)])


def _form(name: str) -> str:
    fields = json.dumps(_fields_alone(FORMS[name]), indent=2)
    return f"export const {name}: Readonly<Record<string, JsonValue>> = {fields};\n"


def _fields_alone(schema: Schema) -> Schema:
    """Return the schema with the fields that hold one value, not those that refer to others."""
    fields = schema["properties"].items()
    plain = {name: field for name, field in fields if "$ref" not in field and "const" not in field}
    return {"type": "object", "properties": plain}


def write(path: Path) -> None:
    """Write the types where the frontend imports them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(emit())


if __name__ == "__main__":
    write(Path(__file__).parents[3] / "frontend/src/wire/protocol.ts")
