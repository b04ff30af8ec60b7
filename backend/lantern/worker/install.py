"""Fetching the files a dataset needs: checksum, progress, and a plain sentence when it fails."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pooch
import requests
from requests.exceptions import RequestException

from lantern.lab.kinds import RemoteFile
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError

TIMEOUT_S = 10.0
CHUNK_BYTES = 2**16
POLL_S = 0.05

Drive = Callable[[Progress], bool]
"""Told how far it is, 20 times a second; answers False to cancel."""


class _CancelledError(Exception):
    """Raised inside the downloading thread to end it."""


def install(files: Sequence[RemoteFile], folder: Path, drive: Drive) -> None:
    """Fetch files into the folder; raises ProblemError if that cannot be done."""
    if not files:
        return
    job = _Download(files, folder)
    job.start()
    while job.is_alive():
        if not drive(job.progress()):
            job.cancelled = True
        job.join(POLL_S)
        if job.cancelled:
            raise ProblemError("The download was cancelled.", field="dataset.name")
    if job.failure is not None:
        raise ProblemError(
            _sentence(job.failure, job.file),
            field="dataset.name",
            hint=f"Put {job.file.path} into the data folder, or choose a dataset that needs none.",
        )
    drive(Progress(1.0, "Data installed."))


class _Download(threading.Thread):
    """Downloads on a thread of its own, so that the worker still hears commands."""

    def __init__(self, files: Sequence[RemoteFile], folder: Path) -> None:
        super().__init__(name="install", daemon=True)
        self._files, self._folder = files, folder
        self._total = sum(file.size_bytes for file in files)
        self._before = self._here = 0
        self.file = files[0]
        self.cancelled = False
        self.failure: Exception | None = None

    def progress(self) -> Progress:
        """Return how many of all bytes are here."""
        here = self._before + self._here
        name = Path(self.file.path).name
        sentence = f"Downloading {name}: {here / 1e6:.1f} of {self._total / 1e6:.1f} MB"
        return Progress(min(0.99, here / max(1, self._total)), sentence)

    def run(self) -> None:
        """Fetch one file after the other; the body of the thread."""
        try:
            for file in self._files:
                self.file = file
                self._fetch(file)
                self._before, self._here = self._before + file.size_bytes, 0
        except (OSError, ValueError, RequestException, _CancelledError) as error:
            self.failure = error

    def _fetch(self, file: RemoteFile) -> None:
        failure: Exception | None = None
        for url in file.urls:
            self._here = 0
            try:
                self._retrieve(url, file)
            except (OSError, ValueError, RequestException) as error:
                failure = error
            else:
                return
        raise failure or ValueError("no address to fetch it from")

    def _retrieve(self, url: str, file: RemoteFile) -> None:
        target = self._folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        pooch.get_logger().setLevel("WARNING")
        pooch.retrieve(
            url=url,
            known_hash=f"sha256:{file.sha256}",
            fname=target.name,
            path=target.parent,
            downloader=self._download,  # type: ignore[arg-type] # only its names differ
        )

    def _download(self, url: str, output_file: str, _: object) -> None:
        """Fetch one address into a file; pooch's own downloader cannot be stopped cleanly."""
        with (
            requests.get(url, stream=True, timeout=TIMEOUT_S) as response,
            Path(output_file).open("wb") as file,
        ):
            response.raise_for_status()
            for chunk in response.iter_content(CHUNK_BYTES):
                if self.cancelled:
                    raise _CancelledError
                file.write(chunk)
                self._here += len(chunk)


def _sentence(failure: Exception, file: RemoteFile) -> str:
    name = Path(file.path).name
    if isinstance(failure, ValueError):
        return f"{name} was downloaded, but its checksum is wrong, so it was thrown away."
    if isinstance(failure, RequestException):
        host = file.urls[0].split("/")[2] if file.urls else "its source"
        return f"{name} is not in the data folder and {host} cannot be reached: is there a network?"
    return f"{name} could not be saved: {getattr(failure, 'strerror', None) or failure}."
