"""The catalog of this machine, made in a child that is thrown away: it may touch CUDA."""

import torch

from lantern.lab.kinds import KINDS
from lantern.lab.plugin import Plugin, load_plugins
from lantern.protocol.catalog import Catalog, PluginCard


def catalog() -> Catalog:
    """Return every plugin, by kind, in the order in which they are to be shown."""
    load_plugins()
    devices = ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)
    return Catalog(plugins=tuple(card for kind in KINDS for card in _cards(kind)), devices=devices)


def _cards(kind: type[Plugin]) -> list[PluginCard]:
    plugins = sorted(kind.registry.values(), key=lambda plugin: (plugin.order, plugin.title))
    return [plugin.card() for plugin in plugins]
