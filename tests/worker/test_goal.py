"""How far a run was told to go."""

from tests.worker.desk import small_experiment

from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_nearby
from lantern.worker.goal import Goal

load_plugins()


def run_of_20_steps_an_epoch():
    experiment = small_experiment()
    data = load_nearby(experiment)
    batch = len(data.train) / 20
    training = experiment.training.model_copy(update={"batch_size": int(batch)})
    run = Run(experiment.model_copy(update={"training": training}), data)
    assert len(run.order) / run.experiment.training.batch_size == 20
    return run


def test_without_a_goal_a_run_goes_on():
    run = run_of_20_steps_an_epoch()
    assert Goal().steps_left(run) > 10**9
    assert not Goal().is_reached(run)


def test_a_goal_of_steps_is_reached_at_that_step():
    run = run_of_20_steps_an_epoch()
    goal = Goal(step=3)
    for left in (3, 2, 1):
        assert goal.steps_left(run) == left
        assert not goal.is_reached(run)
        run.advance()
    assert goal.steps_left(run) == 0
    assert goal.is_reached(run)


def test_a_goal_of_epochs_is_reached_after_all_their_batches():
    run = run_of_20_steps_an_epoch()
    goal = Goal(epoch=1.5)
    while not goal.is_reached(run):
        assert 1 <= goal.steps_left(run) <= 30 - run.step
        run.advance()
    assert run.step == 30
