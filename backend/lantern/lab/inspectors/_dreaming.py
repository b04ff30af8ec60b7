"""Pictures made by gradient ascent: how they are written down, moved about and improved."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from lantern.lab.inspectors._redirect import redirected

GREY, NOISE = 0.5, 0.02
CALM = 0.25
"""Share of the steps, the last ones, in which nothing is moved."""


class Written(Protocol):
    """A way to write pictures down as numbers that an optimizer may change."""

    numbers: Tensor
    """(n, ...), requires gradients."""

    def pictures(self) -> Tensor:
        """Return pictures (n, channels, h, w)."""
        ...

    def settle(self) -> None:
        """Bring the numbers back to where they mean pictures within 0-1."""
        ...


class Pixels:
    """The pictures themselves, kept within 0-1."""

    def __init__(self, noise: Tensor) -> None:
        self.numbers = (GREY + NOISE * noise).clamp(0, 1).requires_grad_()

    def pictures(self) -> Tensor:
        """Return (n, channels, h, w)."""
        return self.numbers

    def settle(self) -> None:
        """Clip at black and white."""
        with torch.no_grad():
            self.numbers.clamp_(0, 1)


class Spectrum:
    """Fourier coefficients, each frequency as easy to change, in colours that do not correlate.

    Olah, Mordvintsev and Schubert (2017), doi:10.23915/distill.00007, "preconditioning".
    """

    def __init__(self, noise: Tensor, colours: Tensor) -> None:
        self._size = noise.shape[2:]
        height, width = self._size
        down, across = torch.fft.fftfreq(height), torch.fft.rfftfreq(width)
        frequency = (down[:, None].square() + across.square()).sqrt()  # (h, w // 2 + 1)
        self._scale = (height * width) ** 0.5 / frequency.clamp_min(1 / max(height, width))
        self._scale = self._scale.to(noise.device)
        self._colours = colours.to(noise.device)
        spectrum = torch.view_as_real(torch.fft.rfft2(noise, norm="ortho"))
        self.numbers = (0.01 * spectrum).requires_grad_()  # (n, channels, h, w // 2 + 1, 2)

    def pictures(self) -> Tensor:
        """Return (n, channels, h, w) within 0-1."""
        spectrum = torch.view_as_complex(self.numbers) * self._scale
        plain = torch.fft.irfft2(spectrum, s=self._size) / 4  # (n, channels, h, w)
        return torch.einsum("dc,nchw->ndhw", self._colours, plain).sigmoid()

    def settle(self) -> None:
        """Do nothing: every spectrum means a picture."""


def colours_of(pictures: Tensor) -> Tensor:
    """Return (channels, channels) that turns uncorrelated colours into those of (n, c, h, w)."""
    flat = pictures.float().transpose(0, 1).flatten(1)  # (c, n * h * w)
    if len(flat) == 1:
        return torch.ones(1, 1)
    values, vectors = torch.linalg.eigh(torch.cov(flat))
    root = vectors * values.clamp_min(1e-8).sqrt()
    return root / torch.linalg.vector_norm(root, dim=0).max()


@dataclass(frozen=True)
class Motion:
    """How pictures are moved before each step, so that what is found does not hang on one pixel."""

    jitter: int
    """Pixels, to each side."""
    degrees: float

    def moved(self, pictures: Tensor, by: torch.Generator, done: float) -> Tensor:
        """Return pictures (n, c, h, w) shifted and turned about their middle, all in one way.

        Less and less as the share `done` grows, and not at all in the last quarter: else a unit
        that sees few pixels would never be hit.
        """
        share = max(0.0, 1 - done / (1 - CALM))
        across, down, angle = (2 * torch.rand(3, generator=by) - 1) * share
        shift = [round(float(each) * self.jitter) for each in (down, across)]
        if any(shift):
            pictures = pictures.roll(shift, dims=(2, 3))
        if self.degrees and share:
            pictures = turned(pictures, angle * self.degrees * torch.pi / 180)
        return pictures


def turned(pictures: Tensor, angle: Tensor) -> Tensor:
    """Return pictures (n, c, h, w) turned by radians; what lies outside repeats the border."""
    height, width = pictures.shape[2:]
    cos, sin = angle.cos(), angle.sin()
    zero = torch.zeros(())
    turn = torch.stack(
        [
            torch.stack([cos, -sin * height / width, zero]),
            torch.stack([sin * width / height, cos, zero]),
        ]
    )
    turn = turn.to(pictures).expand(len(pictures), 2, 3)
    grid = functional.affine_grid(turn, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


@dataclass(frozen=True)
class Penalty:
    """What speaks against a picture."""

    variation: float
    """Weight of the mean absolute difference between neighbouring pixels."""
    contrast: float
    """Weight of the mean squared distance from grey."""

    def of(self, pictures: Tensor) -> Tensor:
        """Return (n,) for pictures (n, c, h, w)."""
        down = (pictures[:, :, 1:] - pictures[:, :, :-1]).abs().mean((1, 2, 3))
        across = (pictures[:, :, :, 1:] - pictures[:, :, :, :-1]).abs().mean((1, 2, 3))
        faint = (pictures - GREY).square().mean((1, 2, 3))
        return self.variation * (down + across) + self.contrast * faint


class Ascent:
    """Pictures on their way up: one unit's answer each, by Adam (Kingma and Ba 2015).

    The answers are those of the module; its rectifiers are bridged where they are dead.
    """

    def __init__(
        self,
        written: Written,
        answers: Callable[[Tensor], Tensor],
        *,
        module: nn.Module,
        motion: Motion,
        penalty: Penalty,
        rate: float,
    ) -> None:
        self.written, self._answers, self._module = written, answers, module
        self._motion, self._penalty = motion, penalty
        self._optimizer = torch.optim.Adam([written.numbers], lr=rate)

    def step(self, by: torch.Generator, done: float) -> None:
        """Change the pictures so that each answer grows; `done` of all steps are behind."""
        with torch.enable_grad(), redirected(self._module):
            pictures = self.written.pictures()
            answers = self._answers(self._motion.moved(pictures, by, done))
            loss = (self._penalty.of(pictures) - answers).sum()
            (gradient,) = torch.autograd.grad(loss, [self.written.numbers])
        self.written.numbers.grad = gradient.nan_to_num(0, 0, 0)
        self._optimizer.step()
        self.written.settle()

    def seen(self) -> tuple[Tensor, Tensor]:
        """Return the pictures (n, c, h, w) and their answers (n,) as they stand, unmoved."""
        with torch.no_grad():
            pictures = self.written.pictures().detach().clone()
            return pictures, self._answers(pictures)
