"""The catalog: every plugin a machine offers, with its schema, so that forms draw themselves."""

import hashlib
from typing import Any, Literal

from lantern.protocol.model import Model

Kind = Literal[
    "dataset",
    "model",
    "task",
    "loss",
    "optimizer",
    "schedule",
    "augmentation",
    "inspector",
    "attribution",
    "attack",
    "demo",
]


class PluginCard(Model):
    """One plugin as others see it."""

    kind: Kind
    name: str
    title: str
    summary: str
    """The first sentence of its docstring."""
    help: str
    """The whole docstring: what it does, and the paper it comes from."""
    tags: tuple[str, ...] = ()
    """`points`, `images`, `long`, `needs-conv`, ...: what goes with what."""
    parameters: dict[str, Any]
    """JSON schema of its parameters, with `x-live`, `x-scale`, `x-unit`, `x-widget` hints."""


class Catalog(Model):
    """Everything that can be trained, seen and tried."""

    plugins: tuple[PluginCard, ...]
    devices: tuple[str, ...] = ("cpu",)

    @property
    def version(self) -> str:
        """A digest that changes when anything in it does."""
        return hashlib.sha1(self.model_dump_json().encode(), usedforsecurity=False).hexdigest()[:12]

    def find(self, kind: str, name: str) -> PluginCard | None:
        """Return the plugin of that kind and name, if it is there."""
        return next(
            (card for card in self.plugins if card.kind == kind and card.name == name), None
        )

    def names(self, kind: str) -> list[str]:
        """Return the names of all plugins of a kind, in catalog order."""
        return [card.name for card in self.plugins if card.kind == kind]
