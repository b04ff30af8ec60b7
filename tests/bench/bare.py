"""A bare PyTorch loop over the same data and model, with nothing of ours between the steps.

Run as `python -m tests.bench.bare EXPERIMENT.json DATA SECONDS`; prints steps per second.
"""

import json
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional

from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import Experiment


def steps_per_s(experiment: Experiment, folder: Path, seconds: float) -> float:
    """Return the speed of the plainest loop that trains this model on these data."""
    torch.set_num_threads(experiment.training.threads)
    data = load_data(experiment, folder)
    run = Run(experiment, data)
    module, optimizer = run.module, run.optimizer
    module.train()
    binary = run.loss.outputs(len(data.classes)) == 1
    inputs, targets = data.train.batch(torch.arange(min(len(data.train), 20_000)))
    targets = targets.float() if binary else targets
    batch, order, steps = experiment.training.batch_size, torch.randperm(len(targets)), 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        at = steps * batch % (len(order) - batch + 1)
        chosen = order[at : at + batch]
        output = module(inputs[chosen])
        if binary:
            loss = functional.binary_cross_entropy_with_logits(output[:, 0], targets[chosen])
        else:
            loss = functional.cross_entropy(output, targets[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        steps += 1
    return steps / spent


if __name__ == "__main__":
    load_plugins()
    wanted = Experiment.model_validate(json.loads(Path(sys.argv[1]).read_text()))
    print(steps_per_s(wanted, Path(sys.argv[2]), float(sys.argv[3])))
