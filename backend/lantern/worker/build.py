"""From an experiment to a run that stands ready: data fetched and read, model built."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from lantern.lab.changes import check_parts
from lantern.lab.data import Data
from lantern.lab.kinds import Architecture, Dataset, Loss, Optimizer, Schedule, Task
from lantern.lab.plugin import Plugin
from lantern.lab.run import Run
from lantern.lab.subject import Progress
from lantern.protocol.experiment import Change, Edit, Experiment
from lantern.protocol.problems import ProblemError
from lantern.worker.install import Drive, install

KEPT_DATASETS = 2
MOST_LISTED = 12

PARTS: dict[str, type[Plugin]] = {
    kind.kind: kind for kind in (Dataset, Architecture, Loss, Optimizer, Schedule, Task)
}
"""The parts of an experiment, which people know by their titles."""

UNREADABLE = (OSError, EOFError, ValueError, RuntimeError)


class Workshop:
    """Builds runs, and keeps the data of the last ones so that a rebuild is quick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data: dict[str, Data] = {}

    def run(
        self, experiment: Experiment, edits: Sequence[Edit] = (), *, trusted: bool = False
    ) -> Run:
        """Return a run at step 0; its files must be there. Raises ProblemError.

        `trusted` edits were made to a living run before and are not checked again.
        """
        torch.set_num_threads(experiment.training.threads)
        data = self.data(experiment)
        with building():
            return Run(experiment, data, edits, load=self.data, trusted=trusted)

    def prepare(self, experiment: Experiment, drive: Drive, begin: Callable[[], None]) -> None:
        """Fetch what is missing (after calling `begin`) and read the data. Raises ProblemError."""
        check_parts(experiment)
        if _key(experiment) in self._data:
            return
        files = Dataset.make(experiment.dataset).missing(self._folder)
        if files:
            begin()
            install(files, self._folder, drive)
        self._keep(experiment, self._read(experiment, drive))

    def data(self, experiment: Experiment) -> Data:
        """Return what an experiment learns from, read once. Raises ProblemError."""
        found = self._data.get(_key(experiment))
        return found or self._keep(experiment, self._read(experiment, lambda _: True))

    def _keep(self, experiment: Experiment, data: Data) -> Data:
        self._data[_key(experiment)] = data
        while len(self._data) > KEPT_DATASETS:
            self._data.pop(next(iter(self._data)))
        return data

    def _read(self, experiment: Experiment, drive: Drive) -> Data:
        dataset = Dataset.make(experiment.dataset)
        try:
            return _driven(dataset.loading(self._folder, experiment.data_seed), drive)
        except (*UNREADABLE, MemoryError) as error:
            sentence = in_words(error, "The data cannot be read")
            raise ProblemError(sentence, field="dataset.name") from error


def _driven(loading: Iterator[Progress | Data], drive: Drive) -> Data:
    """Return the data in the end, telling how far it is; a ProblemError if it is cancelled."""
    is_told = False
    for item in loading:
        if isinstance(item, Data):
            if is_told:
                drive(Progress(1.0, "Data read."))
            return item
        is_told = True
        if not drive(item):
            drive(Progress(1.0, "Stopped."))
            raise ProblemError("Reading the data was cancelled.", field="dataset.name")
    raise AssertionError("a data set ended without data")


@contextmanager
def building() -> Iterator[None]:
    """Turn what torch says of a model that cannot be built into a ProblemError."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        raise ProblemError(
            in_words(error, "The model could not be built"), field="model"
        ) from error


def no_run() -> ProblemError:
    """Return the error for what cannot be done without a model."""
    return ProblemError(
        "There is no model yet, because it could not be built.",
        hint="Change what the problem names, or start another experiment.",
    )


MORE_MEMORY = "Take a smaller batch or model, or give each session more with --worker-gib."


def in_words(error: Exception, what: str) -> str:
    """Return one sentence for a failure that torch or the system reports."""
    if is_short_of_memory(error):
        return f"{what}: there is not enough memory for it."
    return f"{what}: {_first_line(error) or type(error).__name__}"


def is_short_of_memory(error: Exception) -> bool:
    """Return whether that is why something failed; torch says so in a RuntimeError."""
    is_plain = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return is_plain or "alloc" in _first_line(error).lower()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]


def sentence_of(changes: Sequence[Change], *, verb: str = "Rebuilt") -> str:
    """Return what changed, each once, in words: `Rebuilt: layers changed to 4, 3.`"""
    # A title that follows the model says nothing more.
    telling = [change for change in changes if change.path != "title"] or changes
    parts = list(dict.fromkeys(_said(change) for change in telling))
    return f"{verb}: {' and '.join([', '.join(parts[:-1]), parts[-1]] if parts[1:] else parts)}."


def _said(change: Change) -> str:
    words = change.path.split(".")
    if words[-1] == "path" and isinstance(change.value, str):
        return f"data changed to {Path(change.value).name}"
    kind = words[-2] if words[-1] == "name" and len(words) > 1 else words[-1]
    name = change.value.get("name") if isinstance(change.value, dict) else change.value
    plugin = PARTS[kind].registry.get(str(name)) if kind in PARTS else None
    value = _value(change.value) if plugin is None else plugin.title
    return f"{_label(change.path)} changed to {value}"


def _label(path: str) -> str:
    words = [word for word in path.split(".") if word not in {"params", "name"}]
    return words[-1].replace("_", " ")


def _value(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case list() | tuple() if len(value) > MOST_LISTED:
            return f"{len(value)} entries"
        case list() | tuple():
            return ", ".join(_value(item) for item in value) or "none"
        case dict():
            return _value(value.get("name", "other settings"))
        case float():
            return f"{value:g}"
        case None:
            return "none"
        case _:
            return str(value).replace("_", " ")


def _key(experiment: Experiment) -> str:
    return f"{experiment.dataset.model_dump_json()} {experiment.data_seed}"
