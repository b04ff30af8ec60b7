"""The body of a worker process: one incarnation of one session."""

import logging
import multiprocessing
import os
import queue
import signal
import sys
from pathlib import Path

from lantern.protocol.commands import StopCommand
from lantern.protocol.link import StartWorker
from lantern.worker.limits import calm_process, limit_process
from lantern.worker.link import Address, Inbox, Link
from lantern.worker.loop import work
from lantern.worker.outbox import Outbox
from lantern.worker.session import Place, Session

LOG_BYTES = 2**20
GOODBYE_S = 2.0


def run(asked: str, url: str, home: Path, data: Path, log: Path) -> None:
    """Serve a session until it ends; the body of a child of the fork server.

    `asked` is StartWorker as JSON, `url` that of web, `log` the file that takes what is printed.
    """
    _write_to(log)
    start = StartWorker.model_validate_json(asked)
    limit_process()
    calm_process()
    inbox: Inbox = queue.SimpleQueue()
    outbox = Outbox()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: inbox.put(StopCommand()))
    address = Address(url, start.token, start.session, start.incarnation, os.getpid())
    link = Link(address, inbox, outbox, agent_alive=_agent_is_alive)
    link.start()
    session = Session(start, Place(home, data), inbox=inbox, outbox=outbox)
    session.sending_s = lambda: link.cpu_s
    work(session)
    if not session.is_fenced:
        link.drain(GOODBYE_S)
    sys.stderr.flush()
    # Interpreter shutdown would wait for torch's and our daemon threads, to no purpose.
    os._exit(0)


def _agent_is_alive() -> bool:
    parent = multiprocessing.parent_process()
    return parent is not None and parent.is_alive()


def _write_to(path: Path) -> None:
    """Append what is printed to a log file, begun anew when it has grown long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists() or path.stat().st_size > LOG_BYTES
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if fresh else os.O_APPEND)
    file = os.open(path, flags, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
