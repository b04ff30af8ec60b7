"""What every plugin of the training side must hold; a new plugin file is tested by existing."""

import gzip
import inspect
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tests.lab.pictures import write_cifar10, write_pictures
from torch import Tensor, nn

from lantern.lab.building import kept
from lantern.lab.building.activations import NON_LINEARITIES
from lantern.lab.building.joins import Scale
from lantern.lab.data import Data, Split
from lantern.lab.kinds import (
    Architecture,
    Augmentation,
    Dataset,
    Loss,
    Optimizer,
    Schedule,
    Task,
)
from lantern.lab.plugin import Plugin, load_plugins
from lantern.lab.run import Run
from lantern.lab.tasks._supervised import answered
from lantern.protocol.catalog import PluginCard
from lantern.protocol.experiment import Experiment, Part, Training
from lantern.protocol.problems import ProblemError

load_plugins()
torch.set_num_threads(1)

SPEC = {"points": (2,), "values": (2,), "images": (1, 28, 28), "small images": (1, 8, 8)}
"""Shape of one sample for each sort of data; `values` are points with a value each."""

FITTING = {
    "points": {"dataset": "circle", "task": "classification", "loss": "cross_entropy"},
    "values": {"dataset": "plane", "task": "regression", "loss": "squared"},
    "images": {"dataset": "digits", "task": "classification", "loss": "cross_entropy"},
    "small images": {"dataset": "digits", "task": "classification", "loss": "cross_entropy"},
}
"""Parts that suit each sort of data."""


def plugins(kind: type[Plugin]) -> list[object]:
    return [pytest.param(found, id=name) for name, found in sorted(kind.registry.items())]


def everything() -> list[object]:
    kinds = (Dataset, Architecture, Task, Loss, Optimizer, Schedule, Augmentation)
    return [
        pytest.param(found, id=f"{kind.kind}-{name}")
        for kind in kinds
        for name, found in sorted(kind.registry.items())
    ]


def data_of(what: str, classes: int = 2) -> Data:
    """Return random data of a sort, 40 + 40 samples."""
    by = torch.Generator().manual_seed(0)
    inputs = torch.randn(80, *SPEC[what], generator=by)
    if "images" in what:
        inputs = torch.randint(256, inputs.shape, generator=by, dtype=torch.uint8)
    targets = torch.rand(80, generator=by) if what == "values" else torch.arange(80) % classes
    train, validation = Split(inputs[:40], targets[:40]), Split(inputs[40:], targets[40:])
    names = () if what == "values" else tuple(str(number) for number in range(classes))
    data = Data("points", train, validation, names, extent=(-6, 6, -6, 6))
    if "images" in what:
        return replace(data, kind="images", mean=(0.5,), deviation=(0.3,))
    return data


def kinds_of_data(plugin: type[Plugin]) -> list[str]:
    """Return the sorts of data that a plugin is made for; all if it does not say."""
    kinds = {"points", "images"}.intersection(plugin.tags) or {"points", "images"}
    problems = {"classes", "values"}.intersection(plugin.tags) or {"classes", "values"}
    return [
        what
        for what in SPEC
        if ("images" if "images" in what else "points") in kinds
        and ("values" if what == "values" else "classes") in problems
    ]


def parts_for(what: str, **others: str) -> dict[str, Part]:
    """Return parts of an experiment that suit a sort of data, with some replaced."""
    names = {"model": "mlp"} | FITTING[what] | others
    return {field: Part(name=name) for field, name in names.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder in which every file that a data set asks for lies, filled at random."""
    root = tmp_path_factory.mktemp("data")
    write_pictures(root / "pictures.zip")
    by = torch.Generator().manual_seed(0)
    for dataset in Dataset.registry.values():
        for file in dataset.files:
            if file.path.startswith("cifar-10"):
                write_cifar10(root / file.path, 40)
                continue
            shape = (200, 28, 28) if "idx3" in file.path else (200,)
            top = 256 if "idx3" in file.path else 10
            body = torch.randint(top, shape, generator=by, dtype=torch.uint8).numpy().tobytes()
            header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
            (root / file.path).parent.mkdir(parents=True, exist_ok=True)
            (root / file.path).write_bytes(gzip.compress(header + body, compresslevel=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_root", lambda: None)
        yield root


@pytest.mark.parametrize("plugin", everything())
def test_a_plugin_describes_itself(plugin: type[Plugin]):
    card = PluginCard.model_validate_json(plugin.card().model_dump_json())
    assert card.title
    assert card.summary.endswith("."), "the docstring begins with one sentence"
    assert inspect.cleandoc(plugin.__doc__ or "") == card.help
    assert len(inspect.getsource(plugin).splitlines()) < 120
    for name, schema in card.parameters.get("properties", {}).items():
        assert schema.get("description", "").endswith("."), f"{name} has a sentence of help"
        assert "default" in schema, f"{name} has a default"


@pytest.mark.parametrize("plugin", everything())
def test_defaults_are_allowed_values(plugin: type[Plugin]):
    defaults = plugin().model_dump(mode="json")
    assert plugin.make(Part(name=plugin.name, params=defaults)) == plugin()


@pytest.mark.parametrize("plugin", everything())
def test_parameters_that_do_not_exist_are_refused_by_name(plugin: type[Plugin]):
    with pytest.raises(ProblemError) as caught:
        plugin.make(Part(name=plugin.name, params={"no_such_thing": 1}))
    assert caught.value.problem.field == f"{plugin.kind}.params.no_such_thing"


@pytest.mark.parametrize("plugin", everything())
def test_numbers_have_bounds_and_do_not_take_nan(plugin: type[Plugin]):
    for name, schema in plugin.model_json_schema().get("properties", {}).items():
        if schema.get("type") not in {"number", "integer"} or "enum" in schema:
            continue
        for bad in (schema["minimum"] - 1, schema["maximum"] + 1, float("nan"), float("inf")):
            part = Part.model_construct(name=plugin.name, params={name: bad})
            with pytest.raises(ProblemError) as caught:
                plugin.make(part)
            assert caught.value.problem.field == f"{plugin.kind}.params.{name}"


@pytest.mark.parametrize("plugin", plugins(Dataset))
def test_data_depend_on_fields_and_seed_alone(plugin: type[Dataset], folder: Path):
    torch.manual_seed(1)
    first = plugin().load(folder, 5)
    state = torch.get_rng_state()
    second, other = plugin().load(folder, 5), plugin().load(folder, 6)
    assert torch.equal(state, torch.get_rng_state())
    for one, two in ((first.train, second.train), (first.validation, second.validation)):
        assert torch.equal(one.inputs, two.inputs)
        assert torch.equal(one.targets, two.targets)
    assert other.shape == first.shape


@pytest.mark.parametrize("plugin", plugins(Dataset))
def test_data_are_what_they_declare(plugin: type[Dataset], folder: Path):
    data = plugin().load(folder, 0)
    assert data.kind in plugin.tags
    assert data.problem in plugin.tags
    for split in (data.train, data.validation):
        assert len(split) == len(split.inputs) > 0
        assert tuple(split.inputs.shape[1:]) == data.shape
        check_targets(split.targets, len(data.classes))
    if data.kind == "images":
        check_images(data)
    else:
        x0, x1, y0, y1 = data.extent or (0, 0, 0, 0)
        for points in (data.train.inputs, data.validation.inputs):
            assert points.dtype == torch.float32
            assert ((points[:, 0] >= x0) & (points[:, 0] <= x1)).all()
            assert ((points[:, 1] >= y0) & (points[:, 1] <= y1)).all()


def check_targets(targets: Tensor, classes: int) -> None:
    if classes:
        assert targets.dtype == torch.int64
        assert set(targets.tolist()) <= set(range(classes))
    else:
        assert targets.dtype == torch.float32
        assert targets.isfinite().all()


def check_images(data: Data) -> None:
    assert data.train.inputs.dtype == data.validation.inputs.dtype == torch.uint8
    pixels = data.train.batch(torch.arange(len(data.train)))[0].double()
    assert data.mean == pytest.approx(pixels.mean(dim=(0, 2, 3)).tolist(), abs=1e-6)
    deviation = pixels.permute(1, 0, 2, 3).flatten(1).std(dim=1, correction=0)
    assert data.deviation == pytest.approx(deviation.tolist(), abs=1e-6)


def models() -> list[object]:
    return [
        pytest.param(plugin, what, id=f"{name}-{what}")
        for name, plugin in sorted(Architecture.registry.items())
        for what in kinds_of_data(plugin)
        if what != "values"  # a model sees the same points there
    ]


@pytest.mark.parametrize(("plugin", "what"), models())
def test_models_run_forward_and_backward(plugin: type[Architecture], what: str):
    data = data_of(what, classes=3)
    torch.manual_seed(0)
    module = plugin().build(data, 3)
    inputs, targets = data.train.batch(torch.arange(16))
    outputs, hints = answered(module, inputs)
    assert outputs.shape == (16, 3)
    losses = [nn.functional.cross_entropy(each, targets) for each in (outputs, *hints)]
    torch.stack(losses).sum().backward()
    for name, parameter in module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    assert sum(float(p.grad.abs().sum()) for p in module.parameters() if p.grad is not None) > 0


@pytest.mark.parametrize(("plugin", "what"), models())
def test_each_non_linearity_is_used_once_and_not_in_place(plugin: type[Architecture], what: str):
    data = data_of(what)
    module = plugin().build(data, 2).eval()
    calls: dict[str, int] = {}
    outside: list[str] = []

    def count(path: str, inputs: Tensor, output: Tensor, before: Tensor) -> None:
        calls[path] = calls.get(path, 0) + 1
        if not torch.equal(before, inputs):
            outside.append(path)

    kept: dict[str, Tensor] = {}
    for path, layer in module.named_modules():
        if isinstance(layer, NON_LINEARITIES):
            layer.register_forward_pre_hook(
                lambda _, inputs, path=path: kept.update({path: inputs[0].clone()})
            )
            layer.register_forward_hook(
                lambda _, inputs, output, path=path: count(path, inputs[0], output, kept[path])
            )
    module(data.train.batch(torch.arange(4))[0])
    assert calls
    assert set(calls.values()) == {1}
    assert outside == []


class First(nn.Module):
    """Hands on the first of its inputs."""

    def forward(self, first: Tensor, *others: Tensor) -> Tensor:
        return first


def linear_in_place_of(layer: nn.Module) -> nn.Module:
    if isinstance(layer, nn.MaxPool2d):
        return nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
    return First()


@pytest.mark.parametrize(("plugin", "what"), models())
def test_non_linearities_are_modules(plugin: type[Architecture], what: str):
    """With all of them taken out, what is left must be an affine function of its features."""
    data = data_of(what)
    module = plugin().build(data, 2).eval()
    for path, layer in list(module.named_modules()):
        if isinstance(layer, (*NON_LINEARITIES, nn.MaxPool2d, Scale)):
            module.set_submodule(path, linear_in_place_of(layer))
    one, two = (data.train.batch(torch.tensor([n]))[0] for n in (0, 1))
    middle = module((one + two) / 2)
    torch.testing.assert_close(middle, (module(one) + module(two)) / 2, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("plugin", "what"), models())
def test_state_dicts_go_round(plugin: type[Architecture], what: str):
    data = data_of(what)
    torch.manual_seed(0)
    first = plugin().build(data, 2)
    second = plugin().build(data, 2)
    second.load_state_dict(first.state_dict())
    inputs = data.train.batch(torch.arange(5))[0]
    assert torch.equal(first.eval()(inputs), second.eval()(inputs))


@pytest.mark.parametrize(("plugin", "what"), models())
def test_models_take_their_weights_from_torchs_generator(plugin: type[Architecture], what: str):
    data = data_of(what)
    states = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        states.append(nn.utils.parameters_to_vector(plugin().build(data, 2).parameters()))
    assert torch.equal(states[0], states[1])
    assert not torch.equal(states[0], states[2])


def losses_for(problem: str) -> list[object]:
    return [
        pytest.param(found, id=name)
        for name, found in sorted(Loss.registry.items())
        if problem in found.tags
    ]


@pytest.mark.parametrize("plugin", losses_for("classes"))
@pytest.mark.parametrize("classes", [2, 5])
def test_losses_are_smallest_where_the_outputs_are_right(plugin: type[Loss], classes: int):
    loss = plugin()
    targets = torch.arange(10) % classes
    width = loss.outputs(classes)
    right = (2.0 * targets[:, None] - 1) if width == 1 else torch.eye(classes)[targets]
    outputs = (3 * right).requires_grad_()
    values = loss.values(outputs, targets)
    assert values.shape == (10,)
    assert (values >= 0).all()
    assert (values < loss.values(-outputs, targets)).all()
    values.sum().backward()
    assert outputs.grad is not None
    assert outputs.grad.isfinite().all()
    probabilities = loss.probabilities(outputs)
    assert probabilities.shape == (10, classes)
    torch.testing.assert_close(probabilities.sum(1), torch.ones(10))
    assert torch.equal(probabilities.argmax(1), targets)


@pytest.mark.parametrize("plugin", losses_for("values"))
@pytest.mark.parametrize("target", [0.25, 2.0])
def test_losses_are_smallest_where_the_value_is_right(plugin: type[Loss], target: float):
    loss = plugin()
    outputs = torch.linspace(-3, 3, 1201)[:, None].requires_grad_()
    values = loss.values(outputs, torch.full((1201,), target))
    assert values.shape == (1201,)
    assert (values >= -1e-6).all()
    values.sum().backward()
    assert outputs.grad is not None
    assert outputs.grad.isfinite().all()
    best = loss.prediction(outputs)[values.argmin()]
    assert best.item() == pytest.approx(target, abs=0.11)
    assert loss.outputs(0) == 1


@pytest.mark.parametrize("plugin", plugins(Loss))
def test_losses_say_what_they_are_made_for(plugin: type[Loss]):
    assert {"classes", "values"}.intersection(plugin.tags)


@pytest.mark.parametrize("plugin", plugins(Optimizer))
def test_optimizers_go_downhill_and_follow_their_learning_rate(plugin: type[Optimizer]):
    weight = nn.Parameter(torch.tensor([3.0, -2.0]))
    part = plugin()
    optimizer = part.build([weight])
    for _ in range(1000):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()
    assert weight.square().sum() < 13 / 2
    part.adjust(optimizer, 0.0)
    before = weight.detach().clone()
    weight.square().sum().backward()
    optimizer.step()
    assert torch.equal(before, weight.detach())
    rate = plugin.model_json_schema()["properties"]["learning_rate"]
    assert rate["x-live"]
    assert (rate["minimum"], rate["maximum"]) == (1e-5, 10)


@pytest.mark.parametrize("plugin", plugins(Schedule))
def test_schedules_are_finite_factors_of_step_and_epoch(plugin: type[Schedule]):
    schedule = plugin()
    for step in (0, 1, 10, 999, 1000, 2000, 10**6, 10**9):
        factor = schedule.factor(step, step / 100)
        assert isinstance(factor, float)
        assert 0 <= factor <= 1
        assert schedule.factor(step, step / 100) == factor


@pytest.mark.parametrize("plugin", plugins(Augmentation))
def test_augmentations_are_functions_of_inputs_and_generator(plugin: type[Augmentation]):
    for what in kinds_of_data(plugin):
        inputs = data_of(what).train.batch(torch.arange(12))[0]
        before, state = inputs.clone(), torch.get_rng_state()
        results = [plugin().apply(inputs, torch.Generator().manual_seed(seed)) for seed in (4, 4)]
        assert torch.equal(inputs, before)
        assert torch.equal(state, torch.get_rng_state())
        assert torch.equal(*results)
        assert results[0].shape == inputs.shape
        assert results[0].dtype == torch.float32
        if "images" in what:
            assert 0 <= results[0].min() <= results[0].max() <= 1


def pairs() -> list[object]:
    """Return every plugin of every part in an experiment that suits it."""
    kinds = (Architecture, Loss, Optimizer, Schedule, Augmentation, Task)
    return [
        pytest.param(kind.kind, name, what, id=f"{kind.kind}-{name}-{what}")
        for kind in kinds
        for name, plugin in sorted(kind.registry.items())
        for what in kinds_of_data(plugin)
    ]


@pytest.mark.parametrize(("kind", "name", "what"), pairs())
def test_runs_with_it_train_count_and_repeat(kind: str, name: str, what: str):
    parts = parts_for(what, **{kind: name})
    experiment = Experiment(**parts, training=Training(batch_size=16))
    runs = [Run(experiment, data_of(what)) for _ in range(2)]
    start = runs[0].tensors()
    for run in runs:
        assert list(run.stages())[-1] == "update"
        for _ in range(4):
            run.advance()
        assert run.step == 5
        assert run.epoch == pytest.approx(1 + 32 / 40)
    first, second = (run.tensors() for run in runs)
    assert all(torch.equal(tensor, second[name]) for name, tensor in first.items())
    assert any(not torch.equal(tensor, first[name]) for name, tensor in start.items())
    metrics = runs[0].task.evaluate(runs[0].module.eval(), runs[0].data, runs[0].loss)
    assert metrics
    assert all(isinstance(value, float) for value in metrics.values())
    assert runs[0].task.views(runs[0].data)


@pytest.mark.parametrize("what", ["points", "values", "small images"])
@pytest.mark.parametrize("loss", sorted(Loss.registry))
@pytest.mark.parametrize("task", sorted(Task.registry))
def test_parts_train_together_or_are_refused_with_what_to_do(what: str, loss: str, task: str):
    experiment = Experiment(**parts_for(what, loss=loss, task=task))
    fitting = (
        what in kinds_of_data(Loss.registry[loss]),
        what in kinds_of_data(Task.registry[task]),
    )
    if all(fitting):
        run = Run(experiment, data_of(what))
        run.advance()
        assert run.step == 1
    else:
        with pytest.raises(ProblemError, match="is made for") as caught:
            Run(experiment, data_of(what))
        assert caught.value.problem.field in {"loss.name", "task.name"}
        assert (caught.value.problem.hint or "").startswith("Take ")
