"""Data sets of pictures: the standard archives, own pictures, and pictures made here."""

import gzip
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.lab.pictures import plain, write_cifar10, write_zip

from lantern.lab.building import cifar, kept
from lantern.lab.building.outlines import SHAPES
from lantern.lab.building.scenes import COLOURS, Recipe, made
from lantern.lab.datasets.cifar10 import CLASSES, Cifar10
from lantern.lab.datasets.fashion_mnist import FashionMnist
from lantern.lab.datasets.glyphs import Glyphs
from lantern.lab.datasets.kmnist import Kmnist
from lantern.lab.datasets.scenes import Scenes
from lantern.lab.kinds import Dataset
from lantern.lab.subject import Progress
from lantern.protocol.problems import ProblemError


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of the test's own."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(kept, "_root", lambda: folder)


def write_idx(path: Path, numbers: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = bytes([0, 0, 8, numbers.ndim]) + np.array(numbers.shape, dtype=">u4").tobytes()
    path.write_bytes(gzip.compress(header + numbers.astype(np.uint8).tobytes()))


@pytest.mark.parametrize("plugin", [FashionMnist, Kmnist])
def test_archives_like_mnists_are_read(plugin: type[Dataset], tmp_path: Path):
    by = np.random.default_rng(3)
    written = {}
    for file in plugin.files:
        shape = (50, 28, 28) if "idx3" in file.path else (50,)
        written[file.path] = by.integers(0, 256 if "idx3" in file.path else 10, shape)
        write_idx(tmp_path / file.path, written[file.path])
    data = plugin().load(tmp_path, 0)
    images, labels = (written[file.path] for file in plugin.files[:2])
    assert torch.equal(data.train.inputs[:, 0], torch.from_numpy(images).to(torch.uint8))
    assert torch.equal(data.train.targets, torch.from_numpy(labels))
    assert data.shape == (1, 28, 28)
    assert len(data.classes) == len(set(data.classes)) == 10
    assert plugin.missing(tmp_path) == ()
    (tmp_path / plugin.files[2].path).unlink()
    assert plugin.missing(tmp_path) == (plugin.files[2],)


@pytest.mark.parametrize("plugin", [FashionMnist, Kmnist, Cifar10])
def test_archives_have_an_address_a_checksum_and_a_size(plugin: type[Dataset]):
    assert len({file.sha256 for file in plugin.files}) == len(plugin.files)
    for file in plugin.files:
        assert bytes.fromhex(file.sha256).hex() == file.sha256
        assert len(file.sha256) == 64
        assert {url.rpartition("/")[2] for url in file.urls} == {Path(file.path).name}
        assert file.size_bytes > 4000


def test_cifar10_is_read_from_its_binary_archive(tmp_path: Path):
    written = write_cifar10(tmp_path / "cifar-10-binary.tar.gz", 30)
    items = list(Cifar10().loading(tmp_path, 0))
    assert [type(item) for item in items[:-1]] == [Progress] * 6
    data = Cifar10().load(tmp_path, 0)
    assert data.shape == (3, 32, 32)
    assert (len(data.train), len(data.validation)) == (150, 30)
    second = written["data_batch_2.bin"]
    assert data.train.inputs[31].flatten().tolist() == second[1, 1:].tolist()
    assert data.train.targets[31] == second[1, 0]
    assert data.validation.inputs[7].flatten().tolist() == written["test_batch.bin"][7, 1:].tolist()


def test_fewer_of_cifar10_are_a_random_choice(tmp_path: Path):
    write_cifar10(tmp_path / "cifar-10-binary.tar.gz", 30)
    few = Cifar10(train_samples=100)
    first, again, other = (few.load(tmp_path, seed) for seed in (1, 1, 2))
    assert (len(first.train), len(first.validation)) == (100, 30)
    assert torch.equal(first.train.inputs, again.train.inputs)
    assert not torch.equal(first.train.inputs, other.train.inputs)


def rewrite(path: Path, change) -> None:
    """Write an archive anew with members as `change` returns them; None leaves one out."""
    with tarfile.open(path, "r:gz") as archive:
        members = [(info.name, archive.extractfile(info).read()) for info in archive]
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            changed = change(name.rpartition("/")[2], content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                archive.addfile(info, io.BytesIO(changed))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda name, raw: None if name == "data_batch_3.bin" else raw, "data_batch_3.bin is not"),
        (lambda name, raw: raw[:-5] if name == "test_batch.bin" else raw, "no whole pictures"),
        (lambda _, raw: b"\x0a" + raw[1:], "a class beyond 9"),
    ],
)
def test_a_damaged_cifar10_is_named(tmp_path: Path, spoil, why: str):
    path = tmp_path / "cifar-10-binary.tar.gz"
    write_cifar10(path, 30)
    rewrite(path, spoil)
    with pytest.raises(ProblemError, match=r"cifar-10-binary\.tar\.gz is damaged") as caught:
        Cifar10().load(tmp_path, 0)
    assert why in caught.value.problem.sentence


def test_a_file_that_would_fill_the_memory_is_not_read(tmp_path: Path, monkeypatch):
    write_cifar10(tmp_path / "cifar-10-binary.tar.gz", 30)
    monkeypatch.setattr(cifar, "MOST_RECORDS", 29)
    with pytest.raises(ProblemError, match="no whole pictures"):
        Cifar10().load(tmp_path, 0)


@pytest.mark.parametrize("part", [slice(None, 2000), slice(0, 0), slice(50, None)])
def test_a_cut_cifar10_is_named(tmp_path: Path, part: slice):
    path = tmp_path / "cifar-10-binary.tar.gz"
    write_cifar10(path, 30)
    path.write_bytes(path.read_bytes()[part])
    with pytest.raises(ProblemError, match="is damaged"):
        Cifar10().load(tmp_path, 0)


def test_cifar10_is_taken_from_the_jpeg_files_where_the_archive_is_missing(tmp_path: Path):
    assert Cifar10.missing(tmp_path) == Cifar10.files
    files = {
        f"{part}/{name}/{number:04}.jpg": plain((20 * place, 0, 9), side=32, form="JPEG")
        for part in ("train", "test")
        for place, name in enumerate(CLASSES)
        for number in range(3)
    }
    write_zip(tmp_path / "cifar10-jpeg.zip", files)
    assert Cifar10.missing(tmp_path) == ()
    data = Cifar10().load(tmp_path, 0)
    assert data.classes == CLASSES
    assert (len(data.train), len(data.validation)) == (30, 30)
    red = data.train.inputs[:, 0].float().mean(dim=(1, 2))
    torch.testing.assert_close(red, 20.0 * data.train.targets, atol=3, rtol=0)


def test_other_pictures_are_not_taken_for_cifar10(tmp_path: Path):
    write_zip(
        tmp_path / "cifar10-jpeg.zip", {"a/1.png": plain((0, 0, 0)), "b/1.png": plain((9, 9, 9))}
    )
    with pytest.raises(ProblemError, match="has not the folders of CIFAR-10"):
        Cifar10().load(tmp_path, 0)


def test_glyphs_are_balanced_and_of_the_chosen_alphabet():
    for alphabet, classes in (("digits", 10), ("letters", 26), ("both", 36)):
        data = Glyphs(alphabet=alphabet, samples=720).load(Path(), 0)
        assert len(data.classes) == classes
        labels = torch.cat([data.train.targets, data.validation.targets])
        counts = torch.bincount(labels)
        assert counts.max() - counts.min() <= 1
        assert data.shape == (1, 28, 28)


def test_undistorted_glyphs_differ_by_class_only():
    data = Glyphs(alphabet="both", samples=500, distortion=0, noise=0).load(Path(), 3)
    images = torch.cat([data.train.inputs, data.validation.inputs]).flatten(1).float()
    labels = torch.cat([data.train.targets, data.validation.targets])
    means = torch.stack([images[labels == label].mean(0) for label in range(36)])
    assert torch.equal(means[labels], images)
    assert torch.cdist(means, means).add(torch.eye(36) * 1e9).min() > 500


def test_thickness_and_noise_of_glyphs_are_what_they_say():
    thin, thick = (Glyphs(thickness=t, noise=0, samples=400).load(Path(), 0) for t in (1.5, 3.0))
    assert thick.mean[0] == pytest.approx(2 * thin.mean[0], rel=0.15)
    noisy = Glyphs(noise=0.2, samples=400, distortion=0).load(Path(), 0)
    corner = noisy.train.inputs[:, 0, :2, :2].float() / 255
    assert corner.mean() == pytest.approx(0.2 * 0.3989, abs=0.01)  # of a normal number cut at 0


def test_scenes_know_what_is_in_them():
    recipe = Recipe(side=40, shapes=6, colours=8, clutter=3, noise=0)
    scenes = made(192, recipe, torch.Generator().manual_seed(1))
    masks, boxes = scenes.masks, scenes.boxes
    assert scenes.images.shape == (192, 3, 40, 40)
    assert masks.shape == (192, 4, 40, 40)
    assert masks.sum(1).max() == 1, "no pixel belongs to two things"
    pairs = scenes.shapes[:, 0] * 8 + scenes.colours[:, 0]
    assert torch.bincount(pairs).tolist() == [4] * 48
    assert (masks[:, 0].sum((1, 2)) > 20).all(), "the main thing is always to be seen"
    for mask, (x0, y0, x1, y1) in zip(
        masks.flatten(0, 1), boxes.flatten(0, 1).tolist(), strict=True
    ):
        if mask.any():
            assert mask[y0:y1, x0:x1].sum() == mask.sum()
            assert mask[y0, x0:x1].any()
            assert mask[y1 - 1, x0:x1].any()
            assert mask[y0:y1, x0].any()
            assert mask[y0:y1, x1 - 1].any()
        else:
            assert (x0, y0, x1, y1) == (0, 0, 0, 0)


def test_captions_and_colours_of_scenes_are_true():
    scenes = made(48, Recipe(48, 6, 8, 2, 0), torch.Generator().manual_seed(5))
    shapes, colours = list(SHAPES), list(COLOURS)
    palette = torch.tensor(list(COLOURS.values())).float()
    for at, caption in enumerate(scenes.captions):
        shape, colour = int(scenes.shapes[at, 0]), int(scenes.colours[at, 0])
        assert caption.startswith(f"a large {colours[colour]} {shapes[shape]}")
        seen = int(scenes.masks[at].any(-1).any(-1).sum())
        assert caption.count(" small ") == seen - 1
        mean = scenes.images[at][:, scenes.masks[at, 0]].float().mean(1)
        assert int((palette - mean).norm(dim=1).argmin()) == colour


@pytest.mark.parametrize(("what", "count"), [("shape", 3), ("colour", 5), ("both", 15)])
def test_scenes_can_be_told_by_shape_colour_or_both(what: str, count: int):
    data = Scenes(classes=what, shapes=3, colours=5, samples=600).load(Path(), 0)
    assert len(set(data.classes)) == count
    labels = torch.cat([data.train.targets, data.validation.targets])
    assert torch.bincount(labels).tolist() == [600 // count] * count
    bigger = Scenes(side=64, samples=200).load(Path(), 0)
    assert bigger.shape == (3, 64, 64)
