"""The OpenAPI document, with the parameters of every plugin in it."""

import json
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from lantern.protocol.catalog import Catalog, PluginCard
from lantern.protocol.experiment import PARTS
from lantern.server.catalog import CatalogKeeper

Schema = dict[str, Any]
COMPONENTS = "#/components/schemas/"


def openapi_of(app: FastAPI, catalog: CatalogKeeper) -> Callable[[], Schema]:
    """Return a function that gives the document, made anew when the catalog changed."""
    made: dict[str, Schema] = {}

    def openapi() -> Schema:
        if catalog.version not in made:
            made.clear()
            made[catalog.version] = merged(_plain(app), catalog.catalog)
        return made[catalog.version]

    return openapi


def _plain(app: FastAPI) -> Schema:
    return get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )


def merged(document: Schema, catalog: Catalog) -> Schema:
    """Return the document with one schema per plugin, and parts that refer to them."""
    schemas: Schema = document["components"]["schemas"]
    for card in catalog.plugins:
        schemas |= plugin_schemas(card)
    experiment: Schema = schemas["Experiment"]["properties"]
    for kind in PARTS:
        names = catalog.names(kind)
        if names:
            title = f"{kind.capitalize()}Part"
            schemas[title] = _choice(title, kind, "name", names)
            default = {k: v for k, v in experiment[kind].items() if k == "default"}
            experiment[kind] = {"$ref": f"{COMPONENTS}{title}"} | default
    inspectors = catalog.names("inspector")
    if inspectors and "View" in schemas:
        choice = _choice("InspectorView", "inspector", "inspector", inspectors)
        schemas["View"]["anyOf"] = choice["anyOf"]
    return document


def plugin_schemas(card: PluginCard) -> Schema:
    """Return a plugin's schema and those it refers to, under names of their own."""
    own = schema_name(card.kind, card.name)
    text = json.dumps(card.parameters).replace("#/$defs/", f"{COMPONENTS}{own}.")
    schema: Schema = json.loads(text)
    schemas: Schema = {f"{own}.{name}": part for name, part in schema.pop("$defs", {}).items()}
    schemas[own] = schema | {"title": f"{card.title} ({card.kind} {card.name})"}
    return schemas


def schema_name(kind: str, name: str) -> str:
    """Return the name of a plugin's schema among the components."""
    return f"{kind}.{name}"


def _choice(title: str, kind: str, field: str, names: list[str]) -> Schema:
    options = [
        {
            "type": "object",
            "properties": {
                field: {"const": name},
                "params": {"$ref": f"{COMPONENTS}{schema_name(kind, name)}"},
            },
            "required": [field],
        }
        for name in names
    ]
    return {"title": title, "anyOf": options}
