"""Sets of pictures over REST: listed, uploaded, looked through, deleted; traps leave nothing."""

import io
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import httpx
import pytest
from tests.lab.pictures import (
    SVG,
    by_class,
    picture,
    png_that_says,
    write_zip,
    zip_of_version,
    zip_that_lies,
    zip_without_name,
)
from tests.server.fakes import Server

from lantern.protocol.picture_sets import members, open_archive, unpacked
from lantern.server import picture_sets
from lantern.server.picture_sets import PictureSets


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def client(tmp_path: Path, data: Path):
    with (
        Server(tmp_path / "home", data=data) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", timeout=20) as client,
    ):
        yield client


def archive(tmp_path: Path, files: dict[str, bytes], *, packed: bool = False) -> bytes:
    path = write_zip(tmp_path / "made.zip", files, packed=packed)
    content = path.read_bytes()
    path.unlink()
    return content


def send(client: httpx.Client, content: bytes, name: str = "pets") -> httpx.Response:
    headers = {"Content-Type": "application/zip"}
    return client.post("/picture-sets", params={"name": name}, content=content, headers=headers)


def test_an_upload_is_listed_and_can_be_deleted(client, data: Path, tmp_path: Path):
    assert client.get("/picture-sets").json() == []
    sent = send(client, archive(tmp_path, by_class(3) | {"read.me": b"hello"}))
    card = {
        "path": "uploads/pets.zip",
        "title": "pets",
        "classes": 2,
        "pictures": 6,
        "left_out": 1,
        "is_divided": False,
        "is_upload": True,
        "note": "",
    }
    assert (sent.status_code, sent.json()) == (200, card)
    assert client.get("/picture-sets").json() == [card]
    assert os.listdir(data / "uploads") == ["pets.zip"]
    assert client.delete("/picture-sets/pets").status_code == 204
    assert client.get("/picture-sets").json() == []
    assert os.listdir(data / "uploads") == []
    again = client.delete("/picture-sets/pets")
    assert (again.status_code, "no uploaded set" in again.json()["detail"]) == (404, True)


def test_sets_that_lie_in_the_data_folder_are_listed_and_not_deleted(client, data: Path):
    write_zip(data / "birds.zip", by_class(2, above="train/") | by_class(1, above="test/"))
    write_zip(data / "words.zip", {"a.txt": b"x"})
    (data / "broken.zip").write_bytes(b"PK nothing")
    (data / "link.zip").symlink_to(data / "birds.zip")
    for name, content in by_class(2).items():
        path = data / "loose" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = client.get("/picture-sets").json()
    facts = [(card["path"], card["pictures"], card["is_divided"]) for card in found]
    assert facts == [("birds.zip", 6, True), ("loose", 4, False)]
    assert client.delete("/picture-sets/birds").status_code == 404
    assert (data / "birds.zip").exists()


def test_no_set_takes_the_place_of_another(client, tmp_path: Path, data: Path):
    first = archive(tmp_path, by_class(3))
    assert send(client, first).status_code == 200
    second = send(client, archive(tmp_path, by_class(4)))
    assert (second.status_code, second.json()["field"]) == (409, "name")
    assert (data / "uploads" / "pets.zip").read_bytes() == first


def test_the_same_set_sent_twice_is_one_set(client, tmp_path: Path, data: Path):
    content = archive(tmp_path, by_class(3))
    first, again = send(client, content), send(client, content)
    assert (again.status_code, again.json()) == (200, first.json())
    assert os.listdir(data / "uploads") == ["pets.zip"]


@pytest.mark.parametrize("name", ["../pets", ".pets", "a/b", "x" * 61, "ä", "a.zip\n"])
def test_odd_names_are_refused(client, tmp_path: Path, name: str, data: Path):
    refused = send(client, archive(tmp_path, by_class(2)), name)
    assert refused.status_code == 422
    assert not data.exists()


def packed_by(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in by_class(2).items():
            made.writestr(name, content)
    return file.getvalue()


HUGE = png_that_says(30_000, 30_000)
TRAPS = {
    "no zip": (lambda _: b"hello" * 50, "not all of it is there"),
    "nothing": (lambda _: b"", "not all of it is there"),
    "cut off": (lambda at: archive(at, by_class(3))[:-60], "not all of it is there"),
    "svg": (lambda at: archive(at, {"a/1.svg": SVG, "b/1.svg": SVG}), "has no pictures"),
    "svg as png": (lambda at: archive(at, {"a/1.png": SVG, "b/1.png": SVG}), "SVG pictures"),
    "huge pictures": (lambda at: archive(at, {"a/1.png": HUGE, "b/1.png": HUGE}), "30000 x 30000"),
    "bomb": (
        lambda at: archive(at, by_class(2) | {"x.bin": bytes(10**8)}, packed=True),
        "looks like a trap",
    ),
    "slip": (lambda at: archive(at, by_class(2) | {"../x.png": picture()}), "leads out of it"),
    "lzma": (lambda _: packed_by(zipfile.ZIP_LZMA), "packed by another way than deflate"),
    "later version": (
        lambda at: zip_of_version(at / "late.zip", 99).read_bytes(),
        "zip file version 9.9",
    ),
    "no name": (lambda at: zip_without_name(at / "odd.zip").read_bytes(), "a file without a name"),
    "a class of junk": (
        lambda at: archive(at, by_class(3) | {"zebra/1.png": b"junk", "zebra/2.png": b""}),
        "No picture in 'zebra' can be read",
    ),
    "one class": (lambda at: archive(at, {"a/1.png": picture()}), "one class alone"),
}


@pytest.mark.parametrize("which", TRAPS)
def test_traps_are_refused_and_leave_nothing(client, tmp_path: Path, data: Path, which: str):
    made, why = TRAPS[which]
    refused = send(client, made(tmp_path))
    assert refused.status_code == 422
    assert why in refused.json()["detail"]
    assert refused.json()["field"] == "archive"
    assert os.listdir(data / "uploads") == []
    assert client.get("/picture-sets").json() == []


def test_a_few_bad_pictures_are_counted(client, tmp_path: Path):
    bad = {"cats/x.png": SVG, "dogs/y.png": HUGE}
    card = send(client, archive(tmp_path, by_class(5) | bad)).json()
    assert (card["pictures"], card["left_out"]) == (10, 2)
    assert card["note"].startswith("2 files cannot be read, the first one cats/x.png: SVG")


def test_uploads_are_bounded_while_they_come(client, monkeypatch, data: Path):
    monkeypatch.setattr(picture_sets, "MOST_UPLOAD_BYTES", 50_000)

    def endless():
        for _ in range(100):
            yield bytes(10_000)

    refused = client.post("/picture-sets", params={"name": "pets"}, content=endless())
    assert refused.status_code == 413
    assert "which is the most" in refused.json()["detail"]
    assert os.listdir(data / "uploads") == []


def test_what_would_unpack_to_too_much_is_refused(client, monkeypatch, tmp_path: Path, data: Path):
    monkeypatch.setattr(picture_sets, "MOST_UNPACKED_BYTES", 1000)
    refused = send(client, archive(tmp_path, by_class(5)))
    assert "would unpack to" in refused.json()["detail"]
    assert os.listdir(data / "uploads") == []


def test_a_full_disk_is_said(client, monkeypatch, tmp_path: Path, data: Path):
    monkeypatch.setattr(picture_sets, "LEAST_FREE_BYTES", 10**18)
    refused = send(client, archive(tmp_path, by_class(2)))
    assert (refused.status_code, "too little room" in refused.json()["detail"]) == (507, True)
    assert os.listdir(data / "uploads") == []


def test_a_set_that_a_session_learns_from_is_kept(client, tmp_path: Path, data: Path):
    send(client, archive(tmp_path, by_class(2)))
    sets = PictureSets(data)
    with pytest.raises(picture_sets.Refusal, match="learns from it"):
        sets.delete("pets", used={"uploads/pets.zip"})
    assert (data / "uploads" / "pets.zip").exists()


def test_what_a_crash_has_cut_off_is_deleted_with_the_next_upload(client, tmp_path, data: Path):
    folder = data / "uploads"
    folder.mkdir(parents=True)
    old, new = folder / ".new-old", folder / ".new-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, time.time() - 2 * picture_sets.STALE_S))
    send(client, archive(tmp_path, by_class(2)))
    assert sorted(os.listdir(folder)) == [".new-new", "pets.zip"]


def test_the_archive_that_is_kept_is_the_one_that_came(client, tmp_path: Path, data: Path):
    send(client, archive(tmp_path, by_class(2)))
    with zipfile.ZipFile(data / "uploads" / "pets.zip") as kept:
        assert {name: kept.read(name) for name in kept.namelist()} == by_class(2)


def test_an_upload_that_is_too_large_is_heard_out_and_refused_in_words(
    client, data: Path, monkeypatch
):
    monkeypatch.setattr(picture_sets, "MOST_UPLOAD_BYTES", 50_000)
    refused = send(client, bytes(3_000_000))
    assert (refused.status_code, refused.json()["field"]) == (413, "archive")
    assert refused.json()["detail"] == "The archive has more than 0 MB, which is the most."
    assert not (data / "uploads").exists()


def test_other_bodies_that_are_too_large_are_refused_in_words(client):
    refused = client.post("/sessions", content=bytes(5_000_000))
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["detail"] == "The request is too large."


def test_what_is_packed_behind_a_picture_is_never_unpacked(tmp_path: Path):
    path = tmp_path / "liar.zip"
    path.write_bytes(zip_that_lies(200_000_000))
    with open_archive(path) as opened:
        tracemalloc.start()
        for info in members(opened):
            assert unpacked(opened, info) == picture()
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 5_000_000


def test_what_an_upload_was_found_to_hold_is_told_from_then_on(client, tmp_path: Path):
    sent = send(client, archive(tmp_path, by_class(3) | {"cats/bad.png": b"junk"})).json()
    assert (sent["pictures"], sent["left_out"]) == (6, 1)
    assert client.get("/picture-sets").json() == [sent]


def test_a_set_that_cannot_be_read_or_named_hides_no_other(client, data: Path):
    write_zip(data / "birds.zip", by_class(2))
    zip_of_version(data / "late.zip", 99)
    zip_without_name(data / "nameless.zip")
    write_zip(Path(os.fsdecode(os.fsencode(data) + b"/q\xff.zip")), by_class(2))
    assert [card["path"] for card in client.get("/picture-sets").json()] == ["birds.zip"]
