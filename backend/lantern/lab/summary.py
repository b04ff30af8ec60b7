"""A model in a list: its layers with shapes, parameters, work, receptive fields and branches."""

from collections.abc import Sequence

import torch
from torch import nn

from lantern.lab.graph.blocks import WEIGHTED, blocks_of
from lantern.lab.graph.counting import macs_of, parameters_of
from lantern.lab.graph.fields import receptive_fields
from lantern.lab.graph.kinds import kind_of, title_of
from lantern.lab.graph.tracing import Node, traced_graph
from lantern.lab.graph.windows import window_of
from lantern.protocol.events import BlockCard, LayerCard, ModelCard, WindowCard


def summarise(module: nn.Module, shape: tuple[int, ...]) -> ModelCard:
    """Return the card of a model for one input of a shape, by one forward pass in eval mode.

    The module is left in the mode it was found in. A model that cannot take such an input raises
    torch's RuntimeError. On the meta device it says the same without any memory for the numbers.
    """
    first = next(module.parameters(), torch.zeros(()))
    was_training = [part for part in module.modules() if part.training]
    try:
        module.eval()
        nodes = traced_graph(module, torch.zeros(1, *shape, device=first.device))
    finally:
        for part in was_training:
            part.training = True
    layers = _layer_cards(module, nodes)
    return ModelCard(
        layers=layers,
        blocks=_block_cards(module, nodes),
        parameters=sum(parameter.numel() for parameter in module.parameters()),
        macs=sum(layer.macs for layer in layers),
        device=str(first.device),
    )


def _layer_cards(module: nn.Module, nodes: Sequence[Node]) -> tuple[LayerCard, ...]:
    kinds = [kind_of(node) for node in nodes]
    last = max((place for place, kind in enumerate(kinds) if kind == "linear"), default=-1)
    fields, parameters = receptive_fields(nodes), parameters_of(nodes)
    block = {place: block.path for block in blocks_of(module, nodes) for place in block.nodes}
    return tuple(
        LayerCard(
            path=node.path,
            title=title_of(node),
            kind="output" if place == last else kinds[place],
            output_shape=tuple(node.output.shape[1:]),
            parameters=parameters[place],
            macs=macs_of(node),
            receptive_field=fields[place],
            inputs=node.sources,
            block=block[place],
            operation=node.operation,
            call=node.call,
            is_module=node.module is not None,
            window=_window_card(node),
        )
        for place, node in enumerate(nodes)
    )


def _window_card(node: Node) -> WindowCard | None:
    found = window_of(node)
    if found is None:
        return None
    return WindowCard(
        kernel=found.kernel,
        stride=found.stride,
        padding=found.padding,
        dilation=found.dilation,
        groups=found.groups,
    )


def _block_cards(module: nn.Module, nodes: Sequence[Node]) -> tuple[BlockCard, ...]:
    return tuple(
        BlockCard(
            path=block.path,
            title=block.title,
            layers=block.nodes,
            weighted=sum(kind_of(nodes[place]) in WEIGHTED for place in block.nodes),
            skips=block.skips,
        )
        for block in blocks_of(module, nodes)
    )
