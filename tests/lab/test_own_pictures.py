"""Own pictures: folders and archives by class, what is refused, what is kept for the next time."""

import os
import zipfile
from pathlib import Path

import pytest
import torch
from tests.lab.pictures import (
    NO_PALETTE,
    SVG,
    by_class,
    jpeg_that_says,
    picture,
    plain,
    png_that_says,
    write_pictures,
    write_zip,
    zip_of_version,
    zip_without_name,
)

from lantern.lab.building import kept, picture_set
from lantern.lab.building.shelf import first_set
from lantern.lab.data import Data
from lantern.lab.datasets.folder import Folder
from lantern.lab.subject import Progress
from lantern.protocol import picture_sets
from lantern.protocol.problems import ProblemError

COLOURS = {"blue": (0, 0, 200), "green": (0, 200, 0), "red": (200, 0, 0)}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    folder = tmp_path / "cache"
    folder.mkdir()
    monkeypatch.setattr(kept, "_root", lambda: folder)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def coloured(count: int = 10, above: str = "") -> dict[str, bytes]:
    return {
        f"{above}{name}/{number}.png": plain(rgb, side=8 + number)
        for name, rgb in COLOURS.items()
        for number in range(count)
    }


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def is_right(data: Data) -> bool:
    """Whether every picture has the colour of its class."""
    for split in (data.train, data.validation):
        brightest = split.inputs.float().mean((2, 3)).argmax(1)
        names = [("red", "green", "blue")[channel] for channel in brightest]
        if names != [data.classes[label] for label in split.targets]:
            return False
    return True


def refusal(root: Path, **fields: object) -> str:
    with pytest.raises(ProblemError) as caught:
        Folder.model_validate(fields).load(root, 0)
    assert (caught.value.problem.field or "").startswith("dataset.params")
    return caught.value.problem.sentence


@pytest.mark.parametrize("above", ["", "flowers/", "one/two/"])
@pytest.mark.parametrize("is_archive", [True, False])
def test_folders_are_classes(root: Path, above: str, is_archive: bool):
    files = coloured(above=above) | {"README.txt": b"hello", "__MACOSX/red/._1.png": b"junk"}
    if is_archive:
        write_zip(root / "set.zip", files)
    else:
        write_folder(root / "set.zip", files)
    data = Folder(path="set.zip", side=16).load(root, 0)
    assert data.classes == ("blue", "green", "red")
    assert data.shape == (3, 16, 16)
    assert (len(data.train), len(data.validation)) == (24, 6)
    assert torch.bincount(data.validation.targets).tolist() == [2, 2, 2]
    assert is_right(data)
    assert data.note == ""


@pytest.mark.parametrize(("train", "held"), [("train", "test"), ("Training", "val")])
def test_folders_for_training_and_validation_are_kept_apart(root: Path, train: str, held: str):
    files = coloured(6, above=f"set/{train}/") | coloured(2, above=f"set/{held}/")
    write_zip(root / "set.zip", files | {f"set/{held}/unknown/1.png": picture()})
    data = Folder(side=8).load(root, 0)
    assert (len(data.train), len(data.validation)) == (18, 6)
    assert is_right(data)
    assert len(set(data.train.targets[:6].tolist())) > 1, "classes are mixed"


def test_another_seed_splits_otherwise_and_the_same_one_alike(root: Path):
    write_pictures(root / "set.zip")
    first, again, other = (Folder(side=8).load(root, seed) for seed in (1, 1, 2))
    assert torch.equal(first.train.inputs, again.train.inputs)
    assert not torch.equal(first.train.inputs, other.train.inputs)


def test_grey_fewer_and_larger(root: Path):
    write_pictures(root / "set.zip")
    data = Folder(side=64, colour=False, samples=5, train_share=0.6).load(root, 0)
    assert data.shape == (1, 64, 64)
    assert (len(data.train), len(data.validation)) == (6, 4)
    assert len(data.mean) == 1


def test_the_middle_of_a_picture_fills_the_square(root: Path):
    wide = {}
    for name in ("a", "b"):
        for number in range(5):
            wide[f"{name}/{number}.jpg"] = plain((200, 100, 0), side=100, form="JPEG")
    write_zip(root / "set.zip", wide)
    data = Folder(side=20).load(root, 0)
    assert (data.train.inputs[:, 0].float() - 200).abs().max() < 4


def test_reading_tells_how_far_it_is_and_is_kept(root: Path, cache: Path, monkeypatch):
    write_pictures(root / "set.zip")
    monkeypatch.setattr(picture_set, "TELL_EVERY", 10)
    *told, first = Folder(side=8).loading(root, 0)
    assert {type(item) for item in told} == {Progress}
    assert told[1].sentence == "Reading pictures: 10 of 40"
    assert len(list(cache.iterdir())) == 1
    items = list(Folder(side=8).loading(root, 0))
    assert len(items) == 1, "the second time nothing is to be told"
    assert torch.equal(items[0].train.inputs, first.train.inputs)
    *_, other = Folder(side=8).loading(root, 7)
    assert len(list(cache.iterdir())) == 1, "the split is no part of what is kept"
    assert not torch.equal(other.train.targets, first.train.targets)


def test_what_is_kept_is_left_when_a_file_changes_and_when_it_is_damaged(root: Path, cache: Path):
    path = write_zip(root / "set.zip", coloured())
    Folder(side=8).load(root, 0)
    write_zip(path, {name: plain((90, 90, 90)) for name in coloured()})
    os.utime(path, (1, 1))
    data = Folder(side=8).load(root, 0)
    assert set(data.train.inputs.flatten().tolist()) == {90}
    for folder in cache.iterdir():
        (folder / "images.npy").write_bytes(b"nonsense")
    again = Folder(side=8).load(root, 0)
    assert torch.equal(again.train.inputs, data.train.inputs)


def test_what_was_used_least_lately_makes_room(root: Path, cache: Path, monkeypatch):
    write_pictures(root / "set.zip")
    monkeypatch.setattr(kept, "MOST_BYTES", 40 * 3 * 16 * 16 * 2)
    for number, side in enumerate((8, 12, 16)):
        Folder(side=side).load(root, 0)
        for folder in cache.iterdir():
            os.utime(folder, (number, number))
    sizes = [sum(file.stat().st_size for file in folder.iterdir()) for folder in cache.iterdir()]
    assert sum(sizes) <= kept.MOST_BYTES
    assert max(sizes) > 40 * 3 * 16 * 16


def test_without_a_cache_it_is_only_slower(root: Path, monkeypatch):
    write_pictures(root / "set.zip")
    monkeypatch.setattr(kept, "_root", lambda: None)
    assert len(Folder(side=8).load(root, 0).train) == 32


BAD = {
    "svg": (SVG, "SVG pictures are not read"),
    "30 000 pixels": (png_that_says(30_000, 30_000), "30000 x 30000 pixels"),
    "a long line": (png_that_says(30_000, 3), "30000 x 3 pixels"),
    "cut off": (picture(side=50)[:-400], "ends too early"),
    "lying": (png_that_says(200, 200), "damaged"),
    "lying jpeg": (jpeg_that_says(4000, 4000), "lies about its size"),
    "no palette": (NO_PALETTE, "cannot be decoded"),
    "empty": (b"", "is not a PNG"),
    "something else": (b"<html>", "is not a PNG"),
}


@pytest.mark.parametrize("which", BAD)
def test_a_bad_picture_is_left_out_and_said(root: Path, which: str):
    content, why = BAD[which]
    write_zip(root / "set.zip", coloured() | {"red/bad.png": content})
    data = Folder(side=8).load(root, 0)
    assert len(data.train) + len(data.validation) == 30
    assert is_right(data)
    assert data.note.startswith("1 picture is left out, as it cannot be read")
    assert "red/bad.png" in data.note
    assert why in data.note
    assert data.card().note == data.note
    assert Folder(side=8).load(root, 0).note == data.note, "also of what was kept"


def test_a_set_of_bad_pictures_is_refused(root: Path, cache: Path):
    files = {f"{name}/{n}.png": SVG for name in ("a", "b") for n in range(4)}
    write_zip(root / "set.zip", files | {"a/good.png": picture()})
    assert "8 of 9 pictures cannot be read" in refusal(root)
    assert list(cache.iterdir()) == [], "nothing is left behind"


@pytest.mark.parametrize("path", ["../set.zip", "/etc", "a/../../b", "no/such.zip", "a\\b", "x\0y"])
def test_paths_stay_inside_the_data_folder(root: Path, path: str):
    write_pictures(root.parent / "set.zip")
    sentence = refusal(root, path=path)
    assert "not a path inside" in sentence or "there is no" in sentence


def test_links_are_refused(root: Path, tmp_path: Path):
    outside = tmp_path / "outside"
    write_folder(outside, by_class(3))
    (root / "set").symlink_to(outside)
    assert "is a link" in refusal(root, path="set")
    write_folder(root / "own", by_class(3))
    (root / "own" / "cats" / "link.png").symlink_to(outside / "cats" / "000.png")
    assert "is a link" in refusal(root, path="own")


def test_nothing_in_the_data_folder_is_said(root: Path):
    assert refusal(root) == "There are no pictures in the data folder yet."


def test_one_class_is_too_few(root: Path):
    write_zip(root / "set.zip", {"cats/1.png": picture(), "cats/2.png": picture(1)})
    assert "one class alone" in refusal(root, path="set.zip")


def test_more_than_fits_into_memory_is_refused_before_anything_is_read(root: Path, monkeypatch):
    write_pictures(root / "set.zip")
    monkeypatch.setattr(picture_set, "MOST_BYTES", 40 * 3 * 64)
    Folder(side=8).load(root, 0)
    assert "MB of memory" in refusal(root, side=12)


def trap(path: Path, which: str) -> None:
    """Write an archive that no one should open."""
    if which == "slip":
        write_zip(path, by_class(3) | {"../../evil.png": picture()})
    elif which == "absolute":
        write_zip(path, by_class(3) | {"/tmp/evil.png": picture()})
    elif which == "bomb":
        write_zip(path, by_class(3) | {"cats/x.txt": bytes(10**8)}, packed=True)
    elif which == "picture bomb":
        write_zip(path, by_class(3) | {"cats/x.png": bytes(3 * 10**7)}, packed=True)
    elif which == "link":
        write_zip(path, by_class(3))
        with zipfile.ZipFile(path, "a") as archive:
            info = zipfile.ZipInfo("cats/link.png")
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/passwd")
    elif which == "twice":
        write_zip(path, by_class(3))
        with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("cats/000.png", picture())
    elif which == "cut off":
        path.write_bytes(write_zip(path, by_class(3)).read_bytes()[:-100])
    elif which == "long list":
        content = bytearray(write_zip(path, by_class(3)).read_bytes())
        at = content.rfind(picture_sets.END)
        content[at + 12 : at + 16] = (2**31).to_bytes(4, "little")
        path.write_bytes(content)
    elif which == "later version":
        zip_of_version(path, 99)
    elif which == "no name":
        zip_without_name(path)


TRAPS = {
    "slip": "leads out of it",
    "absolute": "leads out of it",
    "bomb": "looks like a trap",
    "picture bomb": "holds a picture of 30 MB",
    "link": "a link or a device",
    "twice": "two files of the same name",
    "cut off": "not all of it is there",
    "long list": "too long a list of files",
    "later version": "zip file version 9.9",
    "no name": "a file without a name",
}


@pytest.mark.parametrize("which", TRAPS)
def test_traps_are_refused_with_a_sentence(root: Path, cache: Path, which: str):
    trap(root / "set.zip", which)
    assert TRAPS[which] in refusal(root, path="set.zip")
    assert [path.name for path in root.iterdir()] == ["set.zip"]
    assert list(cache.iterdir()) == []


def test_names_are_found_however_they_are_written(root: Path):
    odd = {
        f"./{name}" if at % 2 else name.replace("/", "//"): content
        for at, (name, content) in enumerate(coloured().items())
    }
    write_zip(root / "set.zip", odd)
    data = Folder(side=8).load(root, 0)
    assert len(data.train) + len(data.validation) == 30
    assert is_right(data)


def test_long_names_that_begin_alike_stay_two_classes(root: Path):
    long = "x" * 100
    files = {
        name.replace("red", f"{long}1").replace("green", f"{long}2"): content
        for name, content in coloured().items()
    }
    write_zip(root / "set.zip", files)
    data = Folder(side=8).load(root, 0)
    classes = data.classes
    assert len(set(classes)) == 3
    assert max(map(len, classes)) <= 60


def test_a_class_of_which_nothing_can_be_read_is_refused(root: Path):
    bad = {f"zebra/{number}.png": picture()[:200] for number in range(3)}
    write_zip(root / "set.zip", coloured() | bad)
    assert "no picture of the class 'zebra' can be read" in refusal(root, path="set.zip")


def test_names_that_are_no_text_harm_nobody(root: Path):
    write_pictures(root / "good.zip")
    write_zip(Path(os.fsdecode(os.fsencode(root) + b"/a\xff.zip")), by_class(3))
    for name, content in coloured().items():
        path = Path(os.fsdecode(os.fsencode(root / "loose" / name) + b"\xff.png"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (root / "loose" / "red" / os.fsdecode(b"\xfe.png")).write_bytes(b"")
    assert first_set(root, field="dataset.params.path") == "good.zip"
    assert "?.png" in Folder(side=8, path="loose").load(root, 0).note


def test_too_many_files_are_refused(root: Path, monkeypatch):
    write_pictures(root / "set.zip")
    monkeypatch.setattr(picture_sets, "MOST_FILES", 30)
    assert "40 files, and 30 is the most" in refusal(root, path="set.zip")


def test_a_member_that_lies_about_its_size_is_left_out(root: Path):
    path = write_zip(root / "set.zip", coloured())
    content = bytearray(path.read_bytes())
    name = b"red/3.png"
    at = content.rfind(name) - 46  # its entry in the list of files
    content[at + 24 : at + 28] = (40).to_bytes(4, "little")
    path.write_bytes(content)
    data = Folder(side=8).load(root, 0)
    assert len(data.train) + len(data.validation) == 29
    assert "red/3.png" in data.note
