"""Web is light: it never has torch or numpy in memory, and it is there at once."""

import json
import subprocess
import sys

HEAVY = ("torch", "numpy", "captum", "sklearn", "scipy", "PIL", "lantern.lab", "lantern.worker")
PROBE = f"""
import json, sys
import lantern.server.app
import lantern.lessons.loader
lantern.lessons.loader.lessons()
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""


def test_web_imports_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_command_line_imports_nothing_heavy() -> None:
    probe = PROBE.replace("lantern.server.app", "lantern.cli")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
