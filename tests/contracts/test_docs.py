"""What the documents name is there: files, dependencies, commands."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{name}.md" for name in ("architecture", "dependencies", "performance")),
)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(root: Path, name: str) -> None:
    path = root / name
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text())
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_named_files_exist(root: Path, name: str) -> None:
    named = re.findall(r"`((?:backend|frontend|tests|docs)/[\w./-]+)`", (root / name).read_text())
    assert [each for each in named if not (root / each).exists()] == []


def test_contributing_is_short(root: Path) -> None:
    assert len((root / "CONTRIBUTING.md").read_text().splitlines()) <= 60


def test_every_dependency_has_its_reason(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())
    package = json.loads((root / "frontend/package.json").read_text())
    named = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(each for extra in project["project"]["optional-dependencies"].values() for each in extra),
    ]
    wanted = {Requirement(each).name for each in named}
    wanted |= set(package.get("dependencies", {})) | set(package["devDependencies"])
    rows = re.findall(r"^\| (.+?) \|", (root / "docs/dependencies.md").read_text(), re.M)
    reasons = {name for row in rows for name in row.split(", ")} - {"package", "---"}
    assert wanted == reasons


def test_every_dependency_is_pinned(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    pins = {line.split("==")[0] for line in (root / "constraints.txt").read_text().splitlines()}
    named = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert {Requirement(each).name for each in named} <= pins


def test_make_help_lists_the_targets_that_the_readme_names(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    for name in DOCUMENTS:
        for target in re.findall(r"`?make ([a-z]+)\b[^a-z]", (root / name).read_text()):
            assert f"\n{target}: " in makefile, f"{name} names make {target}"
