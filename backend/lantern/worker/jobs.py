"""Work without a session, in a process of its own: a lesson's picture, the figures of a demo."""

import logging
import os
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path

from lantern.lab.checking import checked
from lantern.lab.errors import LabError
from lantern.lab.kinds import Dataset, Demo
from lantern.lab.look import Mirror
from lantern.lab.subject import Progress
from lantern.protocol import frame
from lantern.protocol.checking import CheckModel
from lantern.protocol.experiment import Part
from lantern.protocol.figures import Figure
from lantern.protocol.link import DemoJob, JobDone, PictureJob, Preview, RunJob
from lantern.protocol.problems import Problem, ProblemError
from lantern.worker.build import Workshop, in_words
from lantern.worker.limits import calm_process, limit_process
from lantern.worker.observer import inspector_of
from lantern.worker.pictures import picture_of

log = logging.getLogger(__name__)


def run(job: str, data: str, answer: Connection) -> None:
    """Do a RunJob, given as JSON, and put its JobDone frame into the pipe; the body of a child."""
    asked = RunJob.model_validate_json(job)
    os.environ["LANTERN_DATA"] = data  # where a demo of a data set finds it
    limit_process()
    calm_process()
    answer.send_bytes(frame.encode(done(asked, Path(data))))


def serve(asks: Connection, answers: Connection) -> None:
    """Answer RunJobs that need no data, until nobody can ask any more; the body of a child."""
    limit_process()
    calm_process()
    while True:
        try:
            asked = RunJob.model_validate_json(asks.recv_bytes())
        except EOFError:
            return
        answers.send_bytes(frame.encode(done(asked, Path())))


def done(asked: RunJob, data: Path) -> JobDone:
    """Return what comes of a job, be it figures or a problem."""
    try:
        if isinstance(asked.job, CheckModel):
            return JobDone(id=asked.id, checked=checked(asked.job))
        figures = _figures(asked.job, data)
    except ProblemError as error:
        return JobDone(id=asked.id, problem=error.problem)
    except (LabError, RuntimeError, MemoryError) as error:
        log.exception("job %s failed", asked.id)
        return JobDone(id=asked.id, problem=Problem(sentence=in_words(error, "This failed")))
    return JobDone(id=asked.id, figures=figures)


def last_figures(steps: Iterable[Figure | Progress]) -> tuple[Figure, ...]:
    """Return the last run of figures that an inspector yields."""
    figures: list[Figure] = []
    is_complete = True
    for step in steps:
        if isinstance(step, Progress):
            is_complete = True
            continue
        if is_complete:
            figures, is_complete = [], False
        figures.append(step)
    return tuple(figures)


def _figures(job: Preview | DemoJob | PictureJob, data: Path) -> tuple[Figure, ...]:
    match job:
        case Preview():
            return _preview(job, data)
        case DemoJob():
            return _demo(job)
        case PictureJob():
            return (picture_of(job),)


def _demo(job: DemoJob) -> tuple[Figure, ...]:
    demo = Demo.make(Part(name=job.name, params=job.params), field="demo")
    return tuple(demo.figures())


def _preview(job: Preview, data: Path) -> tuple[Figure, ...]:
    inspector = inspector_of(job.view)
    if Dataset.make(job.experiment.dataset).missing(data):
        raise ProblemError(
            f"The data of {job.experiment.dataset.name} are not installed yet.",
            field="dataset.name",
            hint="Start a session with them: that installs them.",
        )
    workshop = Workshop(data)
    workshop.prepare(job.experiment, lambda _: True, begin=lambda: None)
    run = workshop.run(job.experiment)
    for _ in range(job.steps):
        run.advance()
    return last_figures(inspector.figures(Mirror().subject(run, {})))
