"""The command line: what it prints, and that a user's mistake is a sentence."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from safetensors import safe_open

import lantern
from lantern import cli
from lantern.server.settings import FROM_ENVIRONMENT

Command = Callable[..., "Done"]
EXPERIMENT = {
    "title": "Two clouds",
    "dataset": {"name": "gauss"},
    "model": {"name": "mlp", "params": {"layers": [4]}},
}


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs `lantern ARGS...` in this process, with a home folder of its own."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["lantern", *arguments])
        monkeypatch.setenv("LANTERN_HOME", str(tmp_path))
        monkeypatch.delenv("LANTERN_DATA", raising=False)
        monkeypatch.setenv("LANTERN_MAX_PARAMETERS", "5000000")  # and so again after the test
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return run


def test_version(tmp_path: Path, command: Command) -> None:
    assert command("version").out == f"{lantern.__version__}\n"


def test_run_trains_and_saves(tmp_path: Path, command: Command) -> None:
    source, target = tmp_path / "e.json", tmp_path / "weights.safetensors"
    source.write_text(json.dumps(EXPERIMENT))
    done = command("run", str(source), "--steps", "40", "--save", str(target))
    assert done.status == 0, done.err
    lines = done.out.splitlines()
    assert lines[0] == "Two clouds: 17 parameters, 200 training samples"
    assert lines[1].split()[:2] == ["step", "train_loss"]
    assert [int(line.split()[0]) for line in lines[2:-1]] == list(range(2, 41, 2))
    with safe_open(target, "pt") as file:
        assert any(name.endswith("hidden1.weight") for name in file.keys())  # noqa: SIM118


def test_run_takes_a_lesson_by_name(tmp_path: Path, command: Command) -> None:
    done = command("run", "a-neuron-learns-a-line", "--steps", "2")
    assert done.out.startswith("A neuron learns a line: 3 parameters")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (json.dumps(EXPERIMENT | {"model": {"name": "brain"}}), "no model 'brain'"),
        (json.dumps(EXPERIMENT | {"seed": -1}), "seed: input should be greater"),
        ("{", "the file: invalid JSON"),
    ],
)
def test_a_wrong_experiment_is_a_sentence(
    tmp_path: Path, command: Command, text: str, sentence: str
) -> None:
    source = tmp_path / "e.json"
    source.write_text(text)
    done = command("run", str(source), "--steps", "2")
    assert done.status == 1
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1


def test_an_unknown_lesson_is_a_sentence_that_lists_the_known(
    tmp_path: Path, command: Command
) -> None:
    done = command("run", "three-spirals")
    assert done.status == 1
    assert "no lesson 'three-spirals'" in done.err
    assert "two-spirals" in done.err


def test_data_list_says_what_is_missing(tmp_path: Path, command: Command) -> None:
    done = command("data", "list")
    assert str(tmp_path / "data") in done.out
    rows = {line.split()[1]: line for line in done.out.splitlines() if line.startswith("│")}
    assert "missing" in rows["mnist"]
    assert "needs none" in rows["digits"]


def test_health_fails_where_nobody_answers(tmp_path: Path, command: Command) -> None:
    done = command("health", "--url", "http://127.0.0.1:9")
    assert (done.status, done.err) == (1, "Nothing answers at http://127.0.0.1:9.\n")


def test_the_owner_says_how_large_a_model_may_be(tmp_path: Path, command: Command) -> None:
    source = tmp_path / "e.json"
    model = {"name": "mlp", "params": {"layers": [64, 64]}}
    source.write_text(json.dumps(EXPERIMENT | {"model": model}))
    done = command("run", str(source), "--steps", "1", "--max-parameters", "4000")
    assert done.status == 1
    said = " ".join(done.err.split())
    assert "4,417 parameters here, and 4,000 is the most that is allowed" in said
    assert "--max-parameters 4417" in said
    done = command("run", str(source), "--steps", "1", "--max-parameters", "4417")
    assert done.status == 0, done.err


def test_a_limit_that_is_no_number_is_refused_at_the_start(command: Command) -> None:
    done = command("serve", "--max-parameters", "many")
    assert done.status == 2
    assert "--max-parameters" in done.err


def test_every_setting_is_written_down() -> None:
    root = Path(__file__).parents[2]
    written = (root / "docs/settings.md").read_text()
    options = re.findall(r'envvar="(LANTERN_\w+)"', (root / "backend/lantern/cli.py").read_text())
    variables = [f"LANTERN_{name.upper()}" for name in FROM_ENVIRONMENT]
    assert len(options) > 6
    for name in {*options, *variables} - {"LANTERN_URL"}:
        assert f"`{name}`" in written, name
