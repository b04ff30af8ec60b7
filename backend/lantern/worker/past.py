"""Steps of the past, made again once for all views that look at them."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from lantern.lab.look import Mirror
from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.worker.ledger import Ledger

Steps = Iterator[Progress | tuple[Run, Ledger]]

KEPT = 2


class Past:
    """Runs as they stood at some step; equal steps are replayed once."""

    def __init__(self, materialise: Callable[[int], Steps]) -> None:
        self._materialise = materialise
        self._jobs: OrderedDict[int, Steps] = OrderedDict()
        self._done: OrderedDict[int, tuple[Run, Mirror]] = OrderedDict()

    def forget(self) -> None:
        """Drop everything: the past is another one now."""
        self._jobs.clear()
        self._done.clear()

    def at(self, step: int) -> Iterator[Progress | tuple[Run, Mirror]]:
        """Yield progress, then the run at that step with a mirror of it."""
        while step not in self._done:
            if step not in self._jobs:
                self._jobs[step] = self._materialise(step)
            yield from self._push(step)
        self._done.move_to_end(step)
        yield self._done[step]

    def _push(self, step: int) -> Iterator[Progress]:
        """Drive the one replay of a step by one slice, whoever asks."""
        try:
            item = next(self._jobs[step])
        except BaseException:
            self._jobs.pop(step, None)  # the next one to ask begins anew
            raise
        if isinstance(item, Progress):
            yield item
            return
        del self._jobs[step]
        self._done[step] = item[0], Mirror()
        while len(self._done) > KEPT:
            self._done.popitem(last=False)
