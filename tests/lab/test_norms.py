"""The numbers of each layer: norms, the size of steps, dead and saturated units."""

import pytest
import torch
from tests.lab.looking import POINTS, Mirror, run_of, subject_of
from tests.lab.test_inspectors_points import look

from lantern.protocol.experiment import Experiment, Part, Training
from lantern.protocol.figures import TableFigure


def rows_of(figure: TableFigure) -> dict[str, dict[str, object]]:
    return {str(row[0]): dict(zip(figure.columns, row, strict=True)) for row in figure.rows}


def test_ratio_and_norms_are_those_of_the_next_step():
    run = run_of(POINTS.model_copy(update={"training": Training(l2=0.01, engine="eager")}))
    (figure,) = look("norms", Mirror().subject(run, {}))
    before = {name: weight.detach().clone() for name, weight in run.module.named_parameters()}
    run.advance()
    after = dict(run.module.named_parameters())
    assert list(rows_of(figure)) == ["hidden1", "hidden2", "output"]
    for path, row in rows_of(figure).items():
        old, new = before[f"{path}.weight"], after[f"{path}.weight"].detach()
        assert row["weights"] == pytest.approx(float(old.norm()), abs=1e-6)
        ratio = float((new - old).norm() / old.norm())
        assert row["update / weights"] == pytest.approx(ratio, rel=1e-5)
        assert row["gradient"] == pytest.approx(float(after[f"{path}.weight"].grad.norm()))


def test_units_that_never_speak_are_dead():
    model = Part(name="mlp", params={"layers": [4], "activation": "relu"})
    subject = Mirror().subject(run_of(POINTS.model_copy(update={"model": model})), {}, own=True)
    with torch.no_grad():
        subject.module.hidden1.weight[1] = 0
        subject.module.hidden1.bias[1] = -1
        subject.module.hidden1.bias[3] = -1e3
        subject.module.hidden1.bias[0] = 1
        subject.module.hidden1.bias[2] = 1
    row = rows_of(look("norms", subject)[0])["hidden1"]
    assert row["dead"] == 0.5
    assert row["saturated"] is None
    (histogram,) = look("activation_histogram", subject)
    assert histogram.facts["dead in hidden1"] == 0.5


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_units_at_their_limits_are_saturated(activation):
    model = Part(name="mlp", params={"layers": [4], "activation": activation})
    subject = Mirror().subject(run_of(POINTS.model_copy(update={"model": model})), {}, own=True)
    with torch.no_grad():
        subject.module.hidden1.weight.zero_()
        subject.module.hidden1.bias.copy_(torch.tensor([50.0, -50.0, 0.1, 0.2]))
    rows = rows_of(look("norms", subject)[0])
    assert rows["hidden1"]["saturated"] == 0.5
    assert rows["output"]["saturated"] is None
    assert rows["output"]["dead"] is None


def test_weights_of_zero_have_no_ratio():
    subject = Mirror().subject(run_of(POINTS, 0), {}, own=True)
    with torch.no_grad():
        subject.module.hidden1.weight.zero_()
    assert rows_of(look("norms", subject)[0])["hidden1"]["update / weights"] is None


def test_networks_on_images_have_norms_too():
    rows = rows_of(look("norms", subject_of("normed"))[0])
    assert list(rows) == ["conv1", "conv2", "fc1", "output"]
    assert all(row["gradient"] > 0 for row in rows.values())


def test_augmented_batches_are_those_of_the_next_step():
    experiment = Experiment(
        dataset=Part(name="digits"),
        model=Part(name="mlp", params={"layers": [6], "dropout": 0.2}),
        augmentation=Part(name="shift", params={"pixels": 1}),
        training=Training(batch_size=32, engine="eager"),
    )
    run = run_of(experiment, 4)
    (figure,) = look("norms", Mirror().subject(run, {}))
    run.advance()
    gradients = [weight.grad for weight in run.module.parameters()]
    whole = float(torch.stack([gradient.norm() for gradient in gradients]).norm())
    assert figure.facts["gradient norm"] == pytest.approx(whole, rel=1e-5)
