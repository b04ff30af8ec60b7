"""Makes the page /docs from the OpenAPI document and the catalog."""

from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from lantern.protocol.catalog import Catalog, PluginCard
from lantern.server.docs_page.schemas import (
    PLAIN,
    Schema,
    field_table,
    prose,
    resolve,
    schema_title,
    table,
)

STYLE = Path(__file__).with_name("docs.css").read_bytes()
VERBS = ("get", "post", "put", "delete")
GROUPS = {
    "sessions": "Sessions",
    "commands": "Commands to a session",
    "inspect": "Looking into a session",
    "history": "Metrics and history",
    "export": "Export",
    "demos": "Demos",
    "catalog": "Catalog",
    "lessons": "Lessons",
    "login": "Signing in",
    "health": "Health",
}
"""Titles of the groups of routes, by tag, in the order of the page."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Lantern: routes and plugins</title>
<link rel="icon" href="/lantern.svg"><link rel="stylesheet" href="/docs/docs.css">
</head>
<body class="docs">
<a class="skip" href="#content">Skip to the content</a>
<header><a class="home" href="/"><img src="/lantern.svg" alt="" width="28" height="28">Lantern</a>
<a href="/openapi.json">openapi.json</a></header>
<nav aria-label="Sections">{navigation}</nav>
<main id="content">
<h1>Routes and plugins</h1>
<p class="lead">Everything the page does goes over these routes, so a script can do it too. Errors
are problem documents (RFC 9457): one sentence in <code>detail</code>, the offending
<code>field</code>, and what to do in <code>hint</code>.</p>
{sections}
</main>
</body>
</html>
"""
LIVE = """<h3 id="routes-live">Live link</h3>
<p>A WebSocket at <code>/api/v1/sessions/{session}/live</code>, subprotocol
<code>lantern.v1</code>. First comes a snapshot of all that is known, then every event as it
happens; figures come as binary frames, and are acknowledged once they are drawn.</p>"""
TRAINING = "<p>What every experiment has besides its plugins, under <code>training</code>.</p>"
NO_PLUGINS = "<section><h2>Plugins</h2><p>No agent has told yet what it can do.</p></section>"


def docs_html(document: dict[str, Any], catalog: Catalog) -> str:
    """Return the whole page."""
    kinds = [
        (kind, list(cards)) for kind, cards in groupby(catalog.plugins, key=lambda card: card.kind)
    ]
    sections = [
        _routes(document),
        _commands(document),
        _training(document),
        *(_kind(kind, cards) for kind, cards in kinds),
    ]
    if not kinds:
        sections.append(NO_PLUGINS)
    page = PAGE.replace("{navigation}", _navigation(document, kinds))
    return page.replace("{sections}", "\n".join(sections))


def _navigation(document: Schema, kinds: list[tuple[Any, list[PluginCard]]]) -> str:
    groups = [(f"routes-{tag}", title) for tag, title in GROUPS.items() if _of(document, tag)]
    fixed = [("commands", "Commands"), ("training", "Training")]
    plugins = [(str(kind), _plural(kind)) for kind, _ in kinds]
    return (
        f'<p><a href="#routes">Routes</a></p>{_links([*groups, ("routes-live", "Live link")])}'
        f'<p><a href="#{fixed[0][0]}">Reference</a></p>{_links([*fixed, *plugins])}'
    )


def _links(targets: list[tuple[str, str]]) -> str:
    items = "".join(f'<li><a href="#{target}">{title}</a></li>' for target, title in targets)
    return f"<ul>{items}</ul>"


def _of(document: Schema, tag: str) -> list[tuple[str, str, Schema]]:
    """Return the (verb, path, operation) of every route with that tag."""
    return [
        (verb, path, item[verb])
        for path, item in document["paths"].items()
        for verb in VERBS
        if verb in item and tag in item[verb].get("tags", ())
    ]


def _routes(document: Schema) -> str:
    groups = [(tag, title, _of(document, tag)) for tag, title in GROUPS.items()]
    head = ("Route", "What it does", "Takes", "Returns")
    tables = [
        f'<h3 id="routes-{tag}">{title}</h3>'
        + table(f"Routes: {title}", head, [_route(*route) for route in routes], kind="routes")
        for tag, title, routes in groups
        if routes
    ]
    return f'<section><h2 id="routes">Routes</h2>{"".join(tables)}{LIVE}</section>'


def _route(verb: str, path: str, operation: Schema) -> tuple[str, ...]:
    content = operation.get("requestBody", {}).get("content", {})
    takes = [schema_title(media["schema"]) for media in content.values()]
    takes += [f"?{p['name']}" for p in operation.get("parameters", []) if p["in"] == "query"]
    return (
        f'<span class="verb {verb}">{verb.upper()}</span> <code>{escape(path)}</code>',
        prose(str(operation.get("description", ""))),
        " ".join(f"<code>{escape(name)}</code>" for name in takes),
        _returns(operation),
    )


def _returns(operation: Schema) -> str:
    answers: Schema = operation["responses"]
    status = next((code for code in answers if code.startswith("2")), "")
    names = [
        schema_title(media["schema"]) if "schema" in media else kind
        for kind, media in answers.get(status, {}).get("content", {}).items()
    ]
    plain = ["JSON" if name.startswith("Response ") else name for name in names]
    return " ".join([status, *(f"<code>{escape(name)}</code>" for name in plain)])


def _commands(document: Schema) -> str:
    """Return what can be asked of a session; the schemas carry the words."""
    schemas: Schema = document.get("components", {}).get("schemas", {})
    posted = next((op for _, _, op in _of(document, "commands")), None)
    if posted is None:
        return ""
    union: Schema = next(iter(posted["requestBody"]["content"].values()))["schema"]
    cards = [resolve(option, schemas) for option in union.get("oneOf", ())]
    parts = [_command(card, schemas) for card in cards]
    return f'<section><h2 id="commands">Commands</h2>{"".join(parts)}</section>'


def _command(schema: Schema, schemas: Schema) -> str:
    properties: Schema = schema["properties"]
    name = str(properties["type"]["const"])
    fields = {key: part for key, part in properties.items() if key not in {"id", "type"}}
    text = f"<p>{prose(str(schema.get('description', '')))}</p>"
    kept = schema | {"properties": fields}
    shown = field_table(f"Fields of {name}", kept, schemas, columns=PLAIN) if fields else ""
    return f'<article><h3 id="command.{name}"><code>{name}</code></h3>{text}{shown}</article>'


def _training(document: Schema) -> str:
    schemas: Schema = document.get("components", {}).get("schemas", {})
    fields = field_table("Fields of training", schemas.get("Training", {}), schemas)
    return f'<section><h2 id="training">Training</h2>{TRAINING}{fields}</section>'


def _kind(kind: str, cards: list[PluginCard]) -> str:
    plugins = "".join(_plugin(card) for card in cards)
    return f'<section><h2 id="{kind}">{_plural(kind)}</h2>{plugins}</section>'


def _plural(kind: str) -> str:
    text = kind.capitalize()
    return f"{text}es" if text.endswith("s") else f"{text}s"


def _plugin(card: PluginCard) -> str:
    title = f"{escape(card.title)} <code>{escape(card.name)}</code>"
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in card.tags)
    first, *more = card.help.split("\n\n")
    text = "".join(f'<p class="more">{prose(part)}</p>' for part in more)
    definitions: Schema = card.parameters.get("$defs", {})
    fields = field_table(f"Parameters of {card.title}", card.parameters, definitions)
    return (
        f'<article><h3 id="{card.kind}.{escape(card.name)}">{title} {tags}</h3>'
        f"<p>{prose(first)}</p>{text}{fields}</article>"
    )
