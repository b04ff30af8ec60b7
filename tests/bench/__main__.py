"""`make bench`: measure every promise in one run and print the table."""

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import (
    browser,
    fused,
    graph,
    latency,
    learning,
    light,
    opening,
    viewers,
    watching,
)
from tests.bench.table import Line, render
from tests.support.server import LanternServer


def main(names: list[str]) -> int:
    """Run all measurements, or those named; return 1 if a promise is not kept."""
    lines: list[Line] = []

    def section(name: str, measure: Callable[[], Line | Iterable[Line]]) -> None:
        if names and name not in names:
            return
        print(f"measuring {name} ...", file=sys.stderr)
        found = measure()
        lines.extend([found] if isinstance(found, Line) else found)

    with (
        tempfile.TemporaryDirectory(prefix="lantern-bench-") as folder,
        LanternServer(Path(folder)) as server,
    ):
        for plan in watching.plans(server.data):
            section("watching", lambda p=plan: watching.measure(server, p))
        for plan in watching.residual(server.data):
            section("residual", lambda p=plan: watching.measure(server, p))
        section("learning", lambda: learning.digits(server))
        section("learning", lambda: learning.residual(server))
        section("opening", lambda: opening.measure(server))
        section("fused", lambda: fused.session(server))
        section("start", lambda: latency.session_start(server))
        section("slider", lambda: latency.slider(server))
        section("explain", lambda: latency.explanations(server))
        section("viewers", lambda: viewers.measure(server))
        section("browser", lambda: browser.measure(server))
        section("graph", lambda: graph.measure(server))
        data = server.data
    section("server", light.server)
    section("page", light.page)
    section("step", lambda: light.training_step(data))
    section("fused", fused.lines)
    print(render(lines))
    return int(any(line.holds is False for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
