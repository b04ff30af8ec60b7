"""What it weighs: import and memory of web, bytes of the page, overhead of the step."""

import gzip
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.table import Line, at_least, at_most, middle
from tests.support.server import ROOT

STATIC = ROOT / "backend/lantern/server/static"
PROBE = """
import resource, sys, time
start = time.perf_counter()
import lantern.server.app
spent = time.perf_counter() - start
heavy = [m for m in ("torch", "numpy", "captum") if m in sys.modules]
print(spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, *heavy)
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
    """Add up what the browser must have before the first page shows, gzipped."""
    index = (STATIC / "index.html").read_text()
    assets = re.findall(r'(?:src|href)="/?(assets/[^"]+\.(?:js|css))"', index)
    size = len(gzip.compress(index.encode()))
    size += sum(len(gzip.compress((STATIC / asset).read_bytes())) for asset in assets)
    return at_most("first load, gzipped", size / 1000, 150, unit=" kB")


def training_step(data: Path) -> list[Line]:
    """Compare our training step with a bare loop, both in this process."""
    import torch
    from tests.bench.bare import steps_per_s
    from tests.bench.watching import experiments

    from lantern.lab.plugin import load_plugins
    from lantern.lab.run import Run, load_data
    from lantern.protocol.experiment import Experiment

    load_plugins()
    lines = []
    for name, plain in experiments(data).items():
        experiment = Experiment.model_validate(plain)
        torch.set_num_threads(experiment.training.threads)
        ratios = []
        for _ in range(3):
            run = Run(experiment, load_data(experiment, data))
            bare = steps_per_s(experiment, data, 2)
            steps, start = 0, time.perf_counter()
            while (spent := time.perf_counter() - start) < 2:
                run.advance()
                steps += 1
            ratios.append(steps / spent / bare)
        lines.append(at_least(f"{name}: training step alone / bare", middle(ratios), 0.95))
    return lines
