"""Which workers run on this machine, written down so that a new agent finds those of the old."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lantern.protocol.ids import SessionId


@dataclass(frozen=True)
class Entry:
    """One worker process."""

    session: SessionId
    incarnation: int
    pid: int
    born: int
    """Start time of the process in clock ticks, so that a pid used again is not taken for it."""

    @property
    def is_alive(self) -> bool:
        """Return whether that very process still runs."""
        return born_of(self.pid) == self.born


class Roster:
    """One small file per worker in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, session: SessionId, incarnation: int, pid: int) -> Entry:
        """Write a worker down."""
        entry = Entry(session, incarnation, pid, born_of(pid) or 0)
        (self._folder / session).write_text(json.dumps(asdict(entry)))
        return entry

    def remove(self, session: SessionId) -> None:
        """Strike a worker off."""
        (self._folder / session).unlink(missing_ok=True)

    def alive(self) -> list[Entry]:
        """Return the workers written down that still run; strike off the others."""
        found = []
        for path in sorted(self._folder.iterdir()):
            try:
                entry = Entry(**json.loads(path.read_text()))
            except (ValueError, TypeError):
                entry = None
            if entry is not None and entry.is_alive:
                found.append(entry)
            else:
                path.unlink(missing_ok=True)
        return found


def born_of(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])
