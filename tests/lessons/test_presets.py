"""Every lesson's experiment is real: it fits the registry, trains, and shows its picture."""

import gzip
import math
import struct
from pathlib import Path

import pytest
import torch

from lantern.lab.kinds import Inspector
from lantern.lab.look import Mirror
from lantern.lab.plugin import load_plugins
from lantern.lab.run import Run, load_data
from lantern.lab.subject import Progress
from lantern.lessons.loader import lessons
from lantern.protocol.experiment import Part
from lantern.protocol.rest import Lesson
from lantern.protocol.views import View

MNIST_SAMPLES = {"train": 300, "t10k": 100}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with as much MNIST as two steps need: noise in its file format."""
    folder = tmp_path_factory.mktemp("data")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    generator = torch.Generator().manual_seed(0)
    for split, count in MNIST_SAMPLES.items():
        for name, high, shape in (
            ("images-idx3", 256, (count, 28, 28)),
            ("labels-idx1", 10, (count,)),
        ):
            values = torch.randint(high, shape, dtype=torch.uint8, generator=generator)
            values.flatten()[:10] = torch.arange(10, dtype=torch.uint8)  # every class is there
            header = struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)
            body = header + values.numpy().tobytes()
            (raw / f"{split}-{name}-ubyte.gz").write_bytes(gzip.compress(body))
    load_plugins()
    return folder


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_trains_and_shows_its_pictures(lesson: Lesson, folder: Path) -> None:
    assert lesson.experiment is not None
    assert lesson.preview_view is not None
    run = Run(lesson.experiment, load_data(lesson.experiment, folder))
    for _ in range(2):
        run.advance()
    assert run.step == 2
    assert math.isfinite(run.last_loss)
    subject = Mirror().subject(run, {})
    for view in (lesson.preview_view, *lesson.views):
        found = list(_inspector(view).figures(subject))
        assert [item for item in found if not isinstance(item, Progress)]


def _inspector(view: View) -> Inspector:
    return Inspector.make(Part(name=view.inspector, params=view.params))
