"""What it weighs: import and memory of web, bytes of the page, overhead of the step."""

import gzip
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.table import Line, at_least, at_most, middle
from tests.support.server import ROOT

ROUNDS = 7
STATIC = ROOT / "backend/lantern/server/static"
PROBE = """
import sys, time
start = time.perf_counter()
import lantern.server.app
spent = time.perf_counter() - start
heavy = [m for m in ("torch", "numpy", "captum") if m in sys.modules]
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(spent, int(peak.split()[1]) / 1024, *heavy)
"""


def server() -> list[Line]:
    """Measure the import of web in fresh processes."""
    answers = [
        subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    words = [answer.stdout.split() for answer in answers]
    heavy = sorted({name for row in words for name in row[2:]})
    return [
        at_most("import of web", middle([float(row[0]) for row in words]) * 1000, 600, unit=" ms"),
        at_most(
            "memory of web after import", middle([float(row[1]) for row in words]), 80, unit=" MB"
        ),
        Line("torch, numpy, captum in web", ", ".join(heavy) or "none", "none", not heavy),
    ]


def page() -> Line:
    """Add up what the browser must have before the first page shows, gzipped; fonts included."""
    index = (STATIC / "index.html").read_text()
    first = set(re.findall(r'(?:src|href)="\.?/?(assets/[^"]+)"', index))
    styles = "".join((STATIC / name).read_text() for name in first if name.endswith(".css"))
    first |= {f"assets/{name}" for name in re.findall(r"url\([^)]*?([^/)]+\.woff2)\)", styles)}
    size = len(gzip.compress(index.encode()))
    size += sum(len(gzip.compress((STATIC / name).read_bytes())) for name in first)
    return at_most(f"first load, gzipped, {len(first) + 1} files", size / 1000, 150, unit=" kB")


def training_step(data: Path) -> list[Line]:
    """Compare our training step with a bare loop, both in this process."""
    from tests.bench.bare import BareLoop
    from tests.bench.watching import plans

    from lantern.lab.plugin import load_plugins
    from lantern.lab.run import Run, load_data
    from lantern.protocol.experiment import Experiment

    load_plugins()
    lines = []
    for plan in plans(data):
        experiment = Experiment.model_validate(plan.experiment)
        bare, ratios = BareLoop(experiment, data), []
        run = Run(experiment, load_data(experiment, data))
        for _ in range(ROUNDS):
            expected = bare.steps_per_s(1.0)
            steps, start = 0, time.perf_counter()
            while (spent := time.perf_counter() - start) < 1.0:
                run.advance()
                steps += 1
            ratios.append(steps / spent / expected)
        lines.append(at_least(f"{plan.name}: training step alone / bare", middle(ratios), 0.95))
    return lines
