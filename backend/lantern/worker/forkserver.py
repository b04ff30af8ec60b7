"""The fork server: a process with torch and our code imported, from which workers are forked.

This module imports nothing heavy: the agent uses it, and every child finds `call` in it.
"""

import importlib
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from lantern.protocol.catalog import Catalog

PRELOAD = "lantern.worker.preload"
PROBE_TIMEOUT_S = 120.0


class ForkServerError(RuntimeError):
    """The fork server does not do what it is there for; the text says why."""


@dataclass(frozen=True)
class Probe:
    """What the first child found."""

    preload_s: float
    """Seconds to import what ought to be there already."""
    catalog: Catalog


class ForkServer:
    """Forks processes that call a function of ours by its name."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([PRELOAD])

    def start(self, function: str, *arguments: object) -> BaseProcess:
        """Fork a process that calls `module:function` with picklable arguments."""
        process = self._context.Process(target=call, args=(function, arguments))
        process.start()
        return process

    def pipe(self) -> tuple[Connection, Connection]:
        """Return the two ends of a one-way pipe, the reading one first."""
        return self._context.Pipe(duplex=False)

    def probe(self) -> Probe:
        """Fork the first child and return its report; raises ForkServerError.

        The fork server passes over an import error in silence; the child does not.
        """
        ours, theirs = self.pipe()
        process = self.start("lantern.worker.forkserver:report", theirs)
        theirs.close()
        try:
            if not ours.poll(PROBE_TIMEOUT_S):
                raise ForkServerError("The first child of the fork server did not answer.")
            preload_s, catalog, failure = ours.recv()
        except EOFError:
            raise ForkServerError("The first child of the fork server died.") from None
        finally:
            process.join(1)
        if failure:
            raise ForkServerError(f"The laboratory cannot be imported: {failure}")
        self._compile_kernel()
        return Probe(preload_s, Catalog.model_validate_json(catalog))

    def _compile_kernel(self) -> None:
        """Fork a process that puts the fused kernel on disk where it is not yet; nobody waits."""
        arguments = ("lantern.lab.fused.engine:fill_cache", ())
        self._context.Process(target=call, args=arguments, daemon=True).start()


def call(function: str, arguments: tuple[object, ...]) -> None:
    """Call a function by its name, in the child."""
    module, name = function.split(":")
    target: Callable[..., None] = getattr(importlib.import_module(module), name)
    target(*arguments)


def report(answer: Connection) -> None:
    """Report how long the import of the preloaded takes, and the catalog; in the first child."""
    started = time.perf_counter()
    try:
        importlib.import_module(PRELOAD)
        preload_s = time.perf_counter() - started
        catalog = importlib.import_module("lantern.worker.listing").catalog()
    except Exception as error:  # whatever it is, the agent has to say it
        answer.send((0.0, "", f"{type(error).__name__}: {error}"))
        raise
    answer.send((preload_s, catalog.model_dump_json(), ""))
