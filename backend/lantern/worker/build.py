"""From an experiment to a run that stands ready: data fetched and read, model built."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from lantern.lab.changes import check_parts
from lantern.lab.data import Data
from lantern.lab.kinds import Dataset
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import Change, Edit, Experiment
from lantern.protocol.problems import ProblemError
from lantern.worker.install import Drive, install, missing

KEPT_DATASETS = 2
MOST_LISTED = 12

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
        files = Dataset.make(experiment.dataset).files
        if missing(files, self._folder):
            begin()
            install(files, self._folder, drive)
        self.data(experiment)

    def data(self, experiment: Experiment) -> Data:
        """Return what an experiment learns from, read once. Raises ProblemError."""
        key = _key(experiment)
        if key not in self._data:
            self._data[key] = self._read(experiment)
        while len(self._data) > KEPT_DATASETS:
            self._data.pop(next(iter(self._data)))
        return self._data[key]

    def _read(self, experiment: Experiment) -> Data:
        try:
            return load_data(experiment, self._folder)
        except (*UNREADABLE, MemoryError) as error:
            sentence = in_words(error, "The data cannot be read")
            raise ProblemError(sentence, field="dataset.name") from error


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


def in_words(error: Exception, what: str) -> str:
    """Return one sentence for a failure that torch or the system reports."""
    text = str(error).strip().split("\n")[0][:200]
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "alloc" in text.lower():
        return f"{what}: there is not enough memory for it."
    return f"{what}: {text or type(error).__name__}"


def sentence_of(changes: Sequence[Change], *, verb: str = "Rebuilt") -> str:
    """Return what changed, in words: `Rebuilt: layers changed to 4, 3.`"""
    parts = [f"{_label(change.path)} changed to {_value(change.value)}" for change in changes]
    return f"{verb}: {' and '.join([', '.join(parts[:-1]), parts[-1]] if parts[1:] else parts)}."


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
