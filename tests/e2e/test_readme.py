"""The examples of the README do what it says, word for word."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.support.server import LanternServer

README = Path(__file__).parents[2] / "README.md"


def example(language: str, marker: str) -> str:
    """Return the code block of the README that holds the marker."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.S)
    (found,) = (block for block in blocks if marker in block)
    return found


def test_the_curl_example(server: LanternServer) -> None:
    script = example("sh", "curl").replace("http://127.0.0.1:8000", server.url)
    script = script.replace("curl -s ", "curl -sf ")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert done.returncode == 0, done.stderr
    for expected in ('"step":200', '"train_loss"', '"grad_cam"', '"fgsm"'):
        assert expected in done.stdout.replace('": ', '":')


def test_the_python_example(server: LanternServer, capsys: pytest.CaptureFixture[str]) -> None:
    code = example("python", "lantern.client").replace("Lantern()", f"Lantern({server.url!r})")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    accuracy = float(capsys.readouterr().out.splitlines()[0])
    assert accuracy > 0.8
    assert getattr(names["maps"], "shape", None) == (6, 1, 28, 28)
