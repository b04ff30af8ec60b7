"""A bare PyTorch loop over the same data and model, with nothing of ours between the steps.

Run as `python -m tests.bench.bare EXPERIMENT.json DATA`; for each number of seconds on its
standard input it trains that long and prints steps per second.
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


class BareLoop:
    """The plainest loop that trains this model on these data."""

    def __init__(self, experiment: Experiment, folder: Path) -> None:
        torch.set_num_threads(experiment.training.threads)
        data = load_data(experiment, folder)
        run = Run(experiment, data)
        self.module, self.optimizer = run.module, run.optimizer
        self.module.train()
        self.batch_size = experiment.training.batch_size
        self.binary = run.loss.outputs(len(data.classes)) == 1
        self.inputs, targets = data.train.batch(torch.arange(min(len(data.train), 20_000)))
        self.targets = targets.float() if self.binary else targets
        self.order = torch.randperm(len(targets))

    def steps_per_s(self, seconds: float) -> float:
        """Train for a while; return the speed."""
        module, optimizer, order = self.module, self.optimizer, self.order
        inputs, targets, batch, steps = self.inputs, self.targets, self.batch_size, 0
        start = time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            at = steps * batch % (len(order) - batch + 1)
            chosen = order[at : at + batch]
            output = module(inputs[chosen])
            if self.binary:
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
    loop = BareLoop(wanted, Path(sys.argv[2]))
    loop.steps_per_s(1.0)
    for line in sys.stdin:
        print(loop.steps_per_s(float(line)), flush=True)
