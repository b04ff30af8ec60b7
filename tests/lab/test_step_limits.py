"""How much one training step may be: memory and multiplications, refused with a sentence."""

import pytest
import torch
from tests.lab.test_models_small import FAMILIES, pictures

from lantern.lab import construction
from lantern.lab.construction import CPU_STEP, StepLimits, build_model, check_step
from lantern.lab.data import Data, Split
from lantern.lab.kinds import Architecture, Loss
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run
from lantern.lab.summary import summarise
from lantern.protocol.experiment import Change, Configure, Edit, Experiment, Part, Reshape, Training
from lantern.protocol.problems import ProblemError

load_plugins()


def many_pictures() -> Data:
    """Return 5000 images of 3x32x32, of which there is no content."""
    inputs, targets = torch.zeros(1, dtype=torch.uint8), torch.zeros(5000, dtype=torch.int64)
    split = Split(inputs.expand(5000, 3, 32, 32), targets)
    return Data("images", split, split, ("a", "b", "c"), mean=(0.4,) * 3, deviation=(0.2,) * 3)


def experiment(name: str, batch_size: int, **params: object) -> Experiment:
    return Experiment(
        dataset=Part(name="digits"),
        model=Part.model_validate({"name": name, "params": params}),
        training=Training(batch_size=batch_size, device="cpu"),
    )


def refusal(wanted: Experiment, data: Data) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        build_model(wanted, data, Loss.make(wanted.loss))
    return refused.value


@pytest.mark.parametrize("name", [*FAMILIES, "lenet5", "small_cnn", "sequential", "mlp"])
def test_every_small_model_may_take_batches_of_up_to_128_images(name: str):
    data, depths = many_pictures(), {"resnet": {"depth": 101}, "vgg": {"depth": 19}}
    for params in ({}, depths.get(name, {})):
        with torch.device("meta"):
            module = Architecture.make(experiment(name, 1, **params).model).build(data, 3)
        card = summarise(module, data.shape)
        for batch_size in (32, 128):
            check_step(experiment(name, batch_size, **params), card, data)


def test_a_published_size_is_refused_with_the_batch_that_would_do():
    found = refusal(experiment("mobilenet_v2", 128, size="published"), many_pictures())
    assert found.problem.sentence == (
        "training.batch_size: 'mobilenet_v2' with 128 samples at a time would take 10.2 GB and "
        "38.3 GMAC a step; on the CPU 2 GB and 20 GMAC are the most."
    )
    assert (found.problem.field, found.problem.hint) == (
        "training.batch_size",
        "Take 25 at most, or a smaller model.",
    )
    wanted = experiment("mobilenet_v2", 25, size="published")
    module, card = build_model(wanted, many_pictures(), Loss.make(wanted.loss))
    assert {part.device.type for part in module.parameters()} == {"cpu"}
    assert card.device == "cpu"


def test_more_samples_than_there_are_do_not_count():
    wanted = experiment("mobilenet_v2", 128, size="published")
    build_model(wanted, pictures(), Loss.make(wanted.loss))


def test_a_model_that_is_too_much_for_one_sample_names_the_model(monkeypatch):
    monkeypatch.setattr(construction, "CPU_STEP", StepLimits(kept_bytes=10**9, macs=10**5))
    found = refusal(experiment("lenet5", 1), pictures())
    assert found.problem.field == "model.params"
    assert "with 1 sample would take" in found.problem.sentence


def test_what_is_said_of_a_model_on_the_meta_device_is_said_of_the_real_one():
    for name in ("resnet", "googlenet", "densenet", "sequential"):
        wanted = experiment(name, 4)
        module, card = build_model(wanted, pictures(), Loss.make(wanted.loss))
        assert card == summarise(module, (3, 32, 32))


def test_a_live_change_of_the_batch_is_refused_and_changes_nothing(monkeypatch):
    data = pictures()
    run = Run(experiment("resnet_cifar", 4, width=0.25, blocks=1), data)
    per_sample = run.card().macs
    limits = StepLimits(kept_bytes=CPU_STEP.kept_bytes, macs=8 * per_sample)
    monkeypatch.setattr(construction, "CPU_STEP", limits)
    wider = Edit(step=0, action=Configure(changes=(Change(path="training.batch_size", value=9),)))
    with pytest.raises(ProblemError, match=r"^training\.batch_size: 'resnet_cifar' with 9 samples"):
        run.edit(wider)
    deeper = Change(path="model.params.blocks", value=5)
    with pytest.raises(ProblemError, match="a step"):
        run.edit(Edit(step=0, action=Reshape(changes=(deeper,))))
    assert (run.edits, run.experiment.training.batch_size) == ([], 4)
    for action in (wider.action, Reshape(changes=(deeper,))):
        with pytest.raises(ProblemError, match="a step"):
            Run(run.base, data, [Edit(step=3, action=action)])
    run.advance()
