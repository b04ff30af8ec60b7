"""JSON schemas in words: the type, bounds, default, unit and help of every field, as a table."""

import json
import re
from html import escape
from typing import Any

Schema = dict[str, Any]
COLUMNS = ("Name", "Type", "Bounds", "Default", "Unit", "Live", "Help")
PLAIN = ("Name", "Type", "Bounds", "Default", "Help")
"""Of what is no setting of an experiment, and so has neither unit nor life."""
BOUNDS = (
    ("minimum", "≥ {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMaximum", "< {}"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("maxLength", "at most {} characters"),
)


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]], *, kind: str) -> str:
    """Return a table whose cells are HTML already; the first of each row is its heading."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    caption = f"<caption>{escape(title)}</caption>"
    head_row = f"<thead><tr>{heads}</tr></thead>"
    return f'<table class="{kind}">{caption}{head_row}<tbody>{body}</tbody></table>'


def field_table(
    title: str, schema: Schema, definitions: Schema, *, columns: tuple[str, ...] = COLUMNS
) -> str:
    """Return the fields of an object's schema as a table."""
    properties: Schema = schema.get("properties", {})
    if not properties:
        return '<p class="none">No parameters.</p>'
    needed: list[str] = schema.get("required", [])
    rows = [
        _field(name, part, definitions, is_needed=name in needed)
        for name, part in properties.items()
    ]
    chosen = [tuple(row[column] for column in columns) for row in rows]
    return table(title, columns, chosen, kind="fields" if columns == COLUMNS else "plain")


def _field(name: str, schema: Schema, definitions: Schema, *, is_needed: bool) -> dict[str, str]:
    resolved = resolve(schema, definitions)
    return {
        "Name": f"<code>{escape(name)}</code>",
        "Type": _type(resolved, definitions),
        "Bounds": escape(_bounds(resolved, definitions)),
        "Default": "required" if is_needed else _code(schema.get("default")),
        "Unit": escape(str(resolved.get("x-unit", ""))),
        "Live": '<span class="live">live</span>' if resolved.get("x-live") else "",
        "Help": prose(str(resolved.get("description", ""))),
    }


def resolve(schema: Schema, definitions: Schema) -> Schema:
    """Return a schema with what it refers to."""
    found: Schema = definitions.get(ref_name(schema), {})
    return found | schema


def ref_name(schema: Schema) -> str:
    """Return the name of the schema that this one refers to, or nothing."""
    return str(schema.get("$ref", "")).rsplit("/", 1)[-1]


def schema_title(schema: Schema) -> str:
    """Return how a schema is called."""
    if "$ref" in schema:
        return ref_name(schema)
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {schema_title(schema['items'])}"
    return str(schema.get("title", "JSON"))


def prose(text: str) -> str:
    """Return help as HTML; what stands in backticks is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _type(schema: Schema, definitions: Schema) -> str:
    if "enum" in schema:
        return " ".join(_code(value) for value in schema["enum"])
    if "const" in schema:
        return _code(schema["const"])
    if "properties" in schema:
        return f"<code>{escape(str(schema.get('title', 'object')))}</code>"
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(_type(resolve(option, definitions), definitions) for option in options)
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_type(resolve(schema['items'], definitions), definitions)}"
    return escape(str(schema.get("type", "any")))


def _code(value: object) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value)
    return f"<code>{escape(text)}</code>"


def _bounds(schema: Schema, definitions: Schema) -> str:
    found = [text.format(f"{schema[key]:.10g}") for key, text in BOUNDS if key in schema]
    if "items" in schema:
        inner = _bounds(resolve(schema["items"], definitions), definitions)
        found += [f"each {inner}"] if inner else []
    for option in schema.get("anyOf", ()):
        inner = _bounds(resolve(option, definitions), definitions)
        found += [inner] if inner else []
    return ", ".join(found)
