"""Train and install data in this process, without server and page."""

from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from safetensors.torch import save_file

from lantern.lab.fused import engine
from lantern.lab.kinds import Dataset
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.lab.subject import Progress
from lantern.protocol.experiment import Experiment, Part
from lantern.worker import install, loop
from lantern.worker.ledger import Ledger

ROWS = 20
"""About so many lines are printed."""


def train(
    experiment: Experiment, *, steps: int, folder: Path, save: Path | None, console: Console
) -> Run:
    """Train for a number of steps, printing the metrics on the way; return the run."""
    fetch_data(experiment.dataset, folder, console)
    torch.set_num_threads(experiment.training.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    _prepare_kernel()
    run = Run(experiment, load_data(experiment, folder))
    console.print(
        f"{experiment.title or 'Experiment'}: {run.card().parameters:,} parameters, "
        f"{len(run.data.train):,} training samples"
    )
    _train(run, steps, console)
    if save is not None:
        save_file(run.tensors(), save, run.meta())
        console.print(f"Weights and optimizer are in {save}")
    return run


def list_data(folder: Path, console: Console) -> None:
    """Print every dataset, and whether what it needs lies in the folder."""
    load_plugins()
    console.print(f"Data folder: {folder}")
    table = Table("name", "title", "files")
    for plugin in sorted(Dataset.registry.values(), key=lambda each: (each.order, each.title)):
        size_mb = sum(file.size_bytes for file in plugin.files) / 1e6
        state = "missing" if plugin.missing(folder) else "installed"
        files = f"{state}, {size_mb:.0f} MB" if plugin.files else "needs none"
        table.add_row(plugin.name, plugin.title, files)
    console.print(table)


def fetch_data(part: Part, folder: Path, console: Console) -> None:
    """Download what a dataset needs and the folder lacks, with a progress bar."""
    load_plugins()
    dataset = Dataset.make(part)
    files = dataset.missing(folder)
    if not files:
        return
    with Bar(console=console) as bar:
        task = bar.add_task(dataset.title, total=1.0)

        def show(progress: Progress) -> bool:
            bar.update(task, completed=progress.fraction, description=progress.sentence)
            return True

        install.install(files, folder, show)


def _train(run: Run, steps: int, console: Console) -> None:
    names = ("step", "train_loss", *_evaluated(run))
    console.print("  ".join(f"{name:>10}" for name in names))
    stride = max(1, steps // ROWS)
    while run.step < steps:
        loop.train(run, Ledger(run.step), min(stride, steps - run.step))
        values = (run.step, run.last_loss, *_evaluated(run).values())
        cells = (
            f"{value:{max(10, len(name))}.5g}" for name, value in zip(names, values, strict=True)
        )
        console.print("  ".join(cells))


def _prepare_kernel() -> None:
    """Have the fused kernel, so that the numbers are those of a session."""
    if engine.NUMBA and not engine.is_kept():
        Console(stderr=True).print("Compiling the fused kernel, once on this machine ...")
    engine.prepare()


def _evaluated(run: Run) -> dict[str, float]:
    run.module.eval()
    try:
        return run.task.evaluate(run.module, run.data, run.loss)
    finally:
        run.module.train()
