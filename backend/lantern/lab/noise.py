"""What a forward pass in train mode disturbs: the noise of its layers, and running means."""

from torch import Tensor, nn

from lantern.lab.building.dropout import Noisy
from lantern.lab.randomness import seed_for


class Disturbance:
    """Prepares a module for each step, and undoes what a step left behind that never ended."""

    def __init__(self, module: nn.Module, seed: int) -> None:
        self._seed = seed
        self._noisy = [
            (f"dropout/{path}", layer)
            for path, layer in module.named_modules()
            if isinstance(layer, Noisy)
        ]
        self._buffers = list(module.buffers())
        self._kept = [buffer.clone() for buffer in self._buffers]

    @property
    def kept(self) -> list[Tensor]:
        """The module's buffers as they were before the step that is under way."""
        return self._kept

    def prepare(self, step: int) -> None:
        """Set the noise of this step and remember the buffers."""
        for stream, layer in self._noisy:
            if layer.rate > 0:
                layer.reseed(seed_for(self._seed, stream, step))
        for kept, buffer in zip(self._kept, self._buffers, strict=True):
            kept.copy_(buffer)

    def undo(self) -> None:
        """Bring the buffers back to what they were before the step."""
        for kept, buffer in zip(self._kept, self._buffers, strict=True):
            buffer.copy_(kept)
