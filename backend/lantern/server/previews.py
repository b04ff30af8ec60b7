"""Small pictures of lessons and the figures of demos: jobs of an agent, kept on disk by content."""

import asyncio
import hashlib
import json
import os
from pathlib import Path

from lantern.protocol import frame
from lantern.protocol.link import Preview
from lantern.protocol.rest import LessonCard
from lantern.server.fleet import Fleet
from lantern.server.lifecycle import Lifecycle
from lantern.server.problems import Refusal

AT_ONCE = 2
PATIENCE_S = 20.0


class Previews:
    """Each picture is computed once, however many ask for it."""

    def __init__(self, folder: Path, fleet: Fleet, lifecycle: Lifecycle) -> None:
        self.folder = folder
        self.fleet = fleet
        self.lifecycle = lifecycle
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of_lesson(self, lesson: LessonCard, catalog_version: str) -> bytes:
        """Return the picture of a lesson as a `job_done` frame."""
        if lesson.experiment is None or lesson.preview_view is None:
            raise Refusal(404, f"The lesson {lesson.name!r} has no picture.")
        job = Preview(
            experiment=lesson.experiment, steps=lesson.preview_steps, view=lesson.preview_view
        )
        path = self.folder / f"{digest(job, catalog_version)}.frame"
        if not path.exists():
            await self._wait_for(path, job)
        return path.read_bytes()

    async def _wait_for(self, path: Path, job: Preview) -> None:
        task = self._under_way.get(path.name)
        if task is None:
            task = self.lifecycle.spawn(self._compute(path, job))
            self._under_way[path.name] = task
            task.add_done_callback(lambda _: self._under_way.pop(path.name, None))
        try:
            await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
        except TimeoutError:
            raise Refusal(503, "The picture is still being made.", retry_after_s=3) from None

    async def _compute(self, path: Path, job: Preview) -> None:
        async with self._turns:
            done = await self.fleet.run_job(job)
        problem = job_problem(done)
        if problem is not None:
            raise Refusal(503, f"The picture could not be made: {problem}", retry_after_s=30)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".tmp")
        fresh.write_bytes(done)
        os.replace(fresh, path)


def digest(job: Preview, version: str) -> str:
    """Return a name for a picture that changes when anything it depends on does."""
    text = json.dumps([job.model_dump(mode="json"), version], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def job_problem(done: bytes) -> str | None:
    """Return the sentence with which a job failed, if it did."""
    from_header = frame.header_of(done).get("problem")
    return None if from_header is None else str(from_header["sentence"])
