"""Makes the page /docs from the OpenAPI document and the catalog."""

import json
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from lantern.protocol.catalog import Catalog, PluginCard

STYLE = Path(__file__).with_name("docs.css").read_bytes()
VERBS = ("get", "post", "put", "delete")
BOUNDS = (
    ("minimum", "≥ {}"),
    ("exclusiveMinimum", "> {}"),
    ("maximum", "≤ {}"),
    ("exclusiveMaximum", "< {}"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("maxLength", "at most {} characters"),
)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lantern: routes and plugins</title><link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<h1>Lantern: routes and plugins</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a>. Errors are problem documents
(RFC 9457) with a sentence in <code>detail</code> and the offending <code>field</code>.</p>
<nav aria-label="Sections"><a href="#routes">Routes</a> {links}</nav>
<h2 id="routes">Routes</h2>
{routes}
{plugins}
</body>
</html>
"""


def docs_html(document: dict[str, Any], catalog: Catalog) -> str:
    """Return the whole page."""
    kinds = [
        (kind, list(cards)) for kind, cards in groupby(catalog.plugins, key=lambda card: card.kind)
    ]
    return PAGE.format(
        links=" ".join(f'<a href="#{kind}">{_plural(kind)}</a>' for kind, _ in kinds),
        routes=_routes(document),
        plugins="\n".join(_kind(kind, cards) for kind, cards in kinds)
        or "<h2>Plugins</h2><p>No agent has told yet what it can do.</p>",
    )


def _routes(document: dict[str, Any]) -> str:
    rows = [
        f'<tr><td><span class="verb">{verb.upper()}</span><code>{escape(path)}</code></td>'
        f"<td>{escape(item[verb].get('description', ''))}</td><td>{_body(item[verb])}</td></tr>"
        for path, item in document["paths"].items()
        for verb in VERBS
        if verb in item
    ]
    head = "<tr><th>Route</th><th>What it does</th><th>Body and query</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    names = [schema_title(media["schema"]) for media in content.values()]
    names += [f"?{p['name']}" for p in operation.get("parameters", []) if p["in"] == "query"]
    return ", ".join(f"<code>{escape(name)}</code>" for name in names)


def schema_title(schema: dict[str, Any]) -> str:
    """Return how a schema is called."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    return str(schema.get("title", "JSON"))


def _kind(kind: str, cards: list[PluginCard]) -> str:
    return f'<h2 id="{kind}">{_plural(kind)}</h2>' + "".join(_plugin(card) for card in cards)


def _plural(kind: str) -> str:
    text = kind.capitalize()
    return f"{text}es" if text.endswith("s") else f"{text}s"


def _plugin(card: PluginCard) -> str:
    title = f'<h3 id="{card.kind}.{escape(card.name)}">{escape(card.title)} '
    title += f'<span class="name"><code>{escape(card.name)}</code></span></h3>'
    properties: dict[str, Any] = card.parameters.get("properties", {})
    definitions: dict[str, Any] = card.parameters.get("$defs", {})
    rows = [_parameter(name, part, definitions) for name, part in properties.items()]
    head = "<tr><th>Parameter</th><th>Type</th><th>Bounds</th><th>Default</th><th>Help</th></tr>"
    table = f"<table>{head}{''.join(rows)}</table>" if rows else "<p>No parameters.</p>"
    return f"{title}<p>{escape(card.help)}</p>{table}"


def _parameter(name: str, schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    resolved = _resolved(schema, definitions)
    default = json.dumps(schema["default"]) if "default" in schema else "required"
    unit = f" {resolved['x-unit']}" if "x-unit" in resolved else ""
    text = resolved.get("description", "")
    text += " May change while it trains." if resolved.get("x-live") else ""
    cells = (
        f"<code>{escape(name)}</code>",
        escape(_type(resolved, definitions)),
        escape(_bounds(resolved, definitions) + unit),
        f"<code>{escape(default)}</code>",
        escape(text),
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found = definitions.get(str(schema.get("$ref", "")).rsplit("/", 1)[-1], {})
    return found | schema


def _type(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(_type(_resolved(option, definitions), definitions) for option in options)
    if schema.get("type") == "array" and "items" in schema:
        return f"list of {_type(_resolved(schema['items'], definitions), definitions)}"
    return str(schema.get("type", "any"))


def _bounds(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    found = [text.format(schema[key]) for key, text in BOUNDS if key in schema]
    if "items" in schema:
        inner = _bounds(_resolved(schema["items"], definitions), definitions)
        found += [f"each {inner}"] if inner else []
    for option in schema.get("anyOf", ()):
        inner = _bounds(_resolved(option, definitions), definitions)
        found += [inner] if inner else []
    return ", ".join(found)
