"""Installing data: with progress, checked, and with a plain sentence when it cannot be done."""

import functools
import hashlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.worker.desk import small_experiment

from lantern.lab.kinds import Dataset, RemoteFile
from lantern.protocol.commands import ReplaceCommand
from lantern.protocol.events import ProgressEvent, StateEvent
from lantern.protocol.experiment import Part
from lantern.protocol.problems import ProblemError
from lantern.worker.install import install

CONTENT = bytes(range(256)) * 4096


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        pass


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "data.bin").write_bytes(CONTENT)
    handler = functools.partial(Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/data.bin"
        server.shutdown()


def remote(*urls, content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return RemoteFile("Made/raw/data.bin", urls, digest, len(CONTENT))


def test_a_missing_file_is_fetched_with_progress(source, tmp_path):
    told = []
    file = remote("http://127.0.0.1:9/refused", source)
    install([file], tmp_path, lambda progress: told.append(progress) or True)
    assert (tmp_path / file.path).read_bytes() == CONTENT
    assert told[-1].fraction == 1.0
    assert "data.bin" in told[0].sentence


def test_without_a_network_it_says_what_to_do(tmp_path):
    with pytest.raises(ProblemError) as caught:
        install([remote("http://127.0.0.1:9/data.bin")], tmp_path, lambda _: True)
    problem = caught.value.problem
    assert problem.field == "dataset.name"
    assert problem.sentence == (
        "data.bin is not in the data folder and 127.0.0.1:9 cannot be reached: is there a network?"
    )
    assert "Made/raw/data.bin" in problem.hint


def test_a_wrong_checksum_is_thrown_away(source, tmp_path):
    file = remote(source, content=b"something else")
    with pytest.raises(ProblemError, match="checksum"):
        install([file], tmp_path, lambda _: True)
    assert not (tmp_path / file.path).exists()


def test_it_can_be_stopped(source, tmp_path):
    with pytest.raises(ProblemError, match="cancelled"):
        install([remote(source)], tmp_path, lambda _: False)


def phases(desk):
    return [state.phase for state in desk.of(StateEvent)]


def test_a_session_installs_its_data_first(open_desk, monkeypatch, source):
    monkeypatch.setattr(Dataset.registry["circle"], "files", (remote(source),))
    desk = open_desk()
    desk.paused_at(0)
    assert phases(desk) == ["building", "installing", "building", "paused"]
    told = [event for event in desk.of(ProgressEvent) if event.key == "install"]
    assert told[-1].fraction == 1.0


def test_a_session_whose_data_cannot_be_had_waits_for_another_experiment(open_desk, monkeypatch):
    files = (remote("http://127.0.0.1:9/data.bin"),)
    monkeypatch.setattr(Dataset.registry["circle"], "files", files)
    desk = open_desk(phase="running")
    desk.until(lambda: phases(desk)[-1:] == ["failed"])
    assert desk.state().problem.field == "dataset.name"
    gauss = small_experiment(dataset=Part(name="gauss"))
    assert desk.ask(ReplaceCommand(experiment=gauss)).problem is None
    desk.until(lambda: desk.state().phase == "running")
