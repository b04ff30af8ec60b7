"""What is told of a view: its figures, how far they are, and why there are none."""

import time

from lantern.lab.subject import Progress
from lantern.protocol.events import EventBase, FigureEvent, InspectedEvent, ProgressEvent
from lantern.protocol.figures import Figure
from lantern.protocol.problems import Problem
from lantern.worker.build import MORE_MEMORY, is_short_of_memory
from lantern.worker.watched import Watched


def figures_event(
    watched: Watched, figures: tuple[Figure, ...], *, final: bool, compute_ms: float
) -> EventBase | None:
    """Return what tells of these figures; None where something whole is better left alone."""
    begun = watched.begun
    assert begun is not None  # figures come of a look that was begun
    if not final and (watched.is_repeated or watched.asked_by is not None):
        return None
    step = begun.step if watched.view.at == "live" else watched.view.at
    if watched.asked_by is not None:
        return InspectedEvent(
            command_id=watched.asked_by,
            run=begun.run,
            step=step,
            figures=figures,
            compute_ms=compute_ms,
        )
    return FigureEvent(
        key=watched.key,
        run=begun.run,
        step=step,
        figures=figures,
        final=final,
        compute_ms=compute_ms,
        made_at=time.time(),
    )


def progress_event(watched: Watched, progress: Progress) -> EventBase | None:
    """Return what tells how far a look is; None for short ones, which are there at once."""
    if not watched.is_lengthy:
        return None
    fraction, sentence = progress.fraction, progress.sentence
    return ProgressEvent(key=watched.key, fraction=fraction, sentence=sentence)


def in_words(error: Exception) -> Problem:
    """Return why a view could not be computed, where an inspector did not say it itself."""
    if is_short_of_memory(error):
        return Problem(sentence="There is not enough memory for this view.", hint=MORE_MEMORY)
    text = str(error).strip().split("\n")[0][:200] or type(error).__name__
    return Problem(sentence=f"This view could not be computed: {text}")
