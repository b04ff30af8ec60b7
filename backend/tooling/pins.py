"""Write constraints.txt: the exact version of everything that runs here (`make pins`)."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
HEADER = "# The exact versions the tests passed with; written by `make pins`.\n"


def declared(root: Path) -> Iterator[Requirement]:
    """Yield what pyproject.toml asks for: to build, to run and to test."""
    project = tomllib.loads((root / "pyproject.toml").read_text())
    extras: dict[str, list[str]] = project["project"]["optional-dependencies"]
    for group in (
        project["build-system"]["requires"],
        project["project"]["dependencies"],
        *extras.values(),
    ):
        yield from map(Requirement, group)


def closure(requirements: Iterator[Requirement], known: dict[str, str]) -> dict[str, str]:
    """Return name and version of every requirement and, in turn, of what each requires.

    What is not installed here keeps the version that is `known`.
    """
    pins: dict[str, str] = {}
    waiting = [
        (requirement, extra) for requirement in requirements for extra in _extras(requirement)
    ]
    done: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in done:
            continue
        done.add((name, extra))
        try:
            found = distribution(name)
        except PackageNotFoundError:  # needed on other platforms, or chosen by hand
            pins |= {name: known[name]} if name in known else {}
            continue
        pins[name] = found.version.partition("+")[0]  # "+cpu" is for the installer to choose
        for text in found.requires or ():
            child = Requirement(text)
            if child.marker is None or child.marker.evaluate({"extra": extra}):
                waiting += [(child, inner) for inner in _extras(child)]
    return pins


def _extras(requirement: Requirement) -> list[str]:
    return ["", *requirement.extras]


def main() -> None:
    """Write the file beside pyproject.toml."""
    path = ROOT / "constraints.txt"
    known = dict(line.split("==") for line in path.read_text().split() if "==" in line)
    pins = closure(declared(ROOT), known)
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
    path.write_text(HEADER + "".join(lines))


if __name__ == "__main__":
    main()
