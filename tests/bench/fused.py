"""How fast small networks train by the fused kernel, each figure beside PyTorch's own path.

Speeds are the best of many short slices, since a neighbour on the machine can only slow one down.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.table import Line, at_least, at_most, noted
from tests.support.server import LanternServer, wait_until

from lantern.lab.building.activations import MODULES
from lantern.lab.fused import engine
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.protocol.experiment import Experiment
from lantern.worker.ledger import Ledger
from lantern.worker.loop import train

SLICES, SLICE_S = 150, 0.005
SESSION_S = 3.0

CLASSIC_SEVEN = ["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]
NETWORKS: dict[str, tuple[dict[str, Any], float, float]] = {
    "2 inputs, 4-2-1": ({"layers": [4, 2]}, 700_000, 147_000),
    "7 inputs, 8-8-8-1": ({"layers": [8, 8, 8], "features": CLASSIC_SEVEN}, 140_000, 27_400),
}
"""Parameters of the model, the goal in steps per second, and what the classic playground makes."""

FACTOR = 3.0
"""Every option has to come within this factor of the first network's goal."""

ACTIVATIONS = tuple(MODULES)
CLASS_LOSSES = ("absolute", "huber", "hinge", "squared_hinge", "exponential", "cross_entropy")
VALUE_LOSSES = ("squared", "absolute", "huber", "epsilon_insensitive", "quantile", "poisson")
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "momentum": {"name": "sgd", "params": {"momentum": 0.9}},
    "nesterov": {"name": "sgd", "params": {"momentum": 0.9, "nesterov": True}},
    "adagrad": {"name": "adagrad"},
    "adadelta": {"name": "adadelta"},
    "rmsprop": {"name": "rmsprop"},
    "adam": {"name": "adam"},
    "adamw": {"name": "adamw"},
}
SIZES = ((1,), (4, 2), (8, 8, 8), (32, 32), (64, 64, 64), (64,) * 8)
BATCHES = (1, 10, 30, 128, 512, 4096)


def lines() -> Iterator[Line]:
    """Yield the speeds of both networks, the slowest options, and the least gain over PyTorch."""
    load_plugins()
    engine.prepare()
    for name, (model, goal, classic) in NETWORKS.items():
        yield from _network(name, model, goal, classic)
    yield from _options()
    yield _least_gain()


def session(server: LanternServer) -> Line:
    """Measure a session that nobody watches, from its own count of steps."""
    wait_until(engine.is_kept, 300)
    name, (model, goal, _) = next(iter(NETWORKS.items()))
    created = server.create(_plain(model), phase="paused")["id"]
    best = 0.0
    for _ in range(3):
        server.command(created, "run")
        time.sleep(0.5)
        first, start = server.command(created, "snapshot")["step"], time.perf_counter()
        time.sleep(SESSION_S)
        last, end = server.command(created, "snapshot")["step"], time.perf_counter()
        server.command(created, "pause")
        best = max(best, (last - first) / (end - start))
    server.request("DELETE", f"/sessions/{created}")
    return at_least(f"{name}: a session, steps/s", best, goal, digits=0)


def _plain(model: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "dataset": {"name": "circle"},
        "model": {"name": "mlp", "params": dict(model)},
        "loss": {"name": "squared"},
        "optimizer": {"name": "sgd"},
        "training": {"batch_size": 10},
        **fields,
    }


def _run(plain: Mapping[str, Any], *, kind: str = "auto") -> Run:
    training = {**plain["training"], "engine": kind}
    experiment = Experiment.model_validate({**plain, "training": training})
    run = Run(experiment, load_data(experiment, Path("data")))
    assert run.is_fused == (kind == "auto"), plain
    return run


def _speed(train_on: Callable[[int], object]) -> float:
    """Return the best steps per second of many slices."""
    steps, best = 1, 0.0
    for _ in range(SLICES):
        start = time.perf_counter()
        train_on(steps)
        spent = time.perf_counter() - start
        best = max(best, steps / spent)
        steps = max(1, min(int(best * SLICE_S), 4 * steps))
    return best


def _fused(plain: Mapping[str, Any]) -> float:
    """Return the speed of the loop that sessions train in, rows of metrics included."""
    run, ledger = _run(plain), Ledger()
    return _speed(lambda steps: train(run, ledger, steps))


def _eager(plain: Mapping[str, Any]) -> float:
    run, ledger = _run(plain, kind="eager"), Ledger()
    return _speed(lambda steps: train(run, ledger, steps))


def _network(name: str, model: Mapping[str, Any], goal: float, classic: float) -> Iterator[Line]:
    plain = _plain(model)
    alone = _run(plain)
    fused, eager = _fused(plain), _eager(plain)
    kernel = _speed(lambda steps: alone.leap(alone.step + steps))
    yield noted(f"{name}: PyTorch's path, steps/s", f"{eager:,.0f}")
    yield at_least(f"{name}: training loop, steps/s", fused, goal, digits=0)
    yield at_least(f"{name}: training loop / PyTorch's path", fused / eager, 100, digits=0)
    yield noted(f"{name}: training loop / classic playground", f"{fused / classic:.1f}")
    yield noted(f"{name}: kernel alone, steps/s", f"{kernel:,.0f} ({kernel / eager:.0f} times)")


def _options() -> Iterator[Line]:
    model, goal, _ = NETWORKS["2 inputs, 4-2-1"]
    for kind, plains in _kinds(model).items():
        speeds = {name: _fused(plain) for name, plain in plains.items()}
        slowest = min(speeds, key=lambda name: speeds[name])
        ratio = speeds[slowest] / _eager(plains[slowest])
        note = f" ({slowest}: {speeds[slowest]:,.0f} steps/s, {ratio:.0f} times PyTorch)"
        yield at_most(f"{kind}: goal / slowest", goal / speeds[slowest], FACTOR, note=note)


def _kinds(model: Mapping[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    calm = {"optimizer": {"name": "sgd", "params": {"learning_rate": 1e-4}}}
    sine = {"name": "sine", "params": {"positive": True}}
    values = {"dataset": sine, "task": {"name": "regression"}, **calm}
    blobs = {"dataset": {"name": "blobs", "params": {"classes": 4}}, **calm}
    return {
        "activations": {name: _plain({**model, "activation": name}) for name in ACTIVATIONS},
        "optimizers": {name: _plain(model, optimizer=part) for name, part in OPTIMIZERS.items()},
        "losses": {name: _plain(model, loss={"name": name}, **calm) for name in CLASS_LOSSES}
        | {f"{n}, values": _plain(model, loss={"name": n}, **values) for n in VALUE_LOSSES}
        | {f"{n}, 4 classes": _plain(model, loss={"name": n}, **blobs) for n in CLASS_LOSSES},
        "penalties": {
            name: _plain(model, training={"batch_size": 10, **rates})
            for name, rates in {"l1": {"l1": 0.001}, "both": {"l1": 0.001, "l2": 0.001}}.items()
        },
        "schedules": {"cosine": _plain(model, schedule={"name": "cosine"})},
    }


def _least_gain() -> Line:
    """Compare the two over sizes of networks and batches, wherever the kernel is chosen."""
    found: dict[str, float] = {}
    for layers in SIZES:
        for batch in BATCHES:
            plain = _plain({"layers": list(layers)}, training={"batch_size": batch})
            plain["dataset"] = {"name": "spiral", "params": {"samples": 5000, "train_share": 0.9}}
            plain["optimizer"] = {"name": "sgd", "params": {"learning_rate": 1e-4}}
            if _is_chosen(plain):
                found[f"{layers} with batches of {batch}"] = _fused(plain) / _eager(plain)
    worst = min(found, key=lambda name: found[name])
    note = f" ({worst}; {len(found)} of {len(SIZES) * len(BATCHES)} chosen)"
    return at_least("kernel / PyTorch, least of all sizes", found[worst], 1.0, note=note)


def _is_chosen(plain: Mapping[str, Any]) -> bool:
    experiment = Experiment.model_validate(plain)
    return Run(experiment, load_data(experiment, Path("data"))).is_fused
