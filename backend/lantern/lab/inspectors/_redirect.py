"""A way back for gradients that rectifiers let nothing of through."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

RECTIFIERS = (nn.ReLU, nn.ReLU6)


@contextmanager
def redirected(module: nn.Module) -> Iterator[None]:
    """Have rectifiers inside the module pass gradients of a loss on where they would pass none.

    The "redirected ReLU" of Lucid (Olah, Mordvintsev and Schubert, 2017,
    doi:10.23915/distill.00007, whose library has it as `redirected_relu_grad`): for a sample at
    which a rectifier's gradient is 0 everywhere, what would raise its negative inputs is let
    through. Without it a picture behind dead rectifiers is never changed again. What is put out
    stays the same; so do all other gradients.
    """
    handles = [
        layer.register_forward_hook(_redirect)
        for layer in module.modules()
        if isinstance(layer, RECTIFIERS)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _redirect(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
    return _Redirected.apply(inputs[0], output.detach())


class _Redirected(torch.autograd.Function):
    """Takes a rectifier's inputs and outputs, and returns the outputs."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, output: Tensor) -> Tensor:  # noqa: ANN401 - as torch has it
        ctx.save_for_backward(inputs, output)
        return output.clone()

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401 - as torch has it
        (gradient,) = grad_outputs
        inputs, output = ctx.saved_tensors
        plain = torch.where(inputs == output, gradient, 0).where(inputs != 0, 0)
        outwards = torch.where(inputs > 0, gradient > 0, gradient < 0)  # back to where slopes are 1
        escape = torch.where((inputs == output) & (inputs != 0) | outwards, gradient, 0)
        is_dead = plain.flatten(1).abs().amax(1) == 0  # (b, ...) -> (b,)
        return torch.where(is_dead.reshape(-1, *[1] * (plain.dim() - 1)), escape, plain), None
