"""Who may import whom: the contracts of pyproject.toml, and that plugins do not know each other."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from lantern.lab.plugin import FOLDERS

PREFIXES = tuple(f"lantern.lab.{folder}." for folder in FOLDERS)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("lantern", cache_dir=None)


def test_the_layers_hold(root: Path) -> None:
    script = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_plugins_do_not_import_each_other(graph: grimp.ImportGraph) -> None:
    plugins = {name for name in graph.modules if _is_plugin(name)}
    assert len(plugins) > 20
    found = {
        f"{plugin} -> {target}"
        for plugin in plugins
        for target in graph.find_modules_directly_imported_by(plugin)
        if target in plugins or (_is_shared(target) and not _same_folder(plugin, target))
    }
    assert found == set()


def _is_plugin(module: str) -> bool:
    return module.startswith(PREFIXES) and not module.rpartition(".")[2].startswith("_")


def _is_shared(module: str) -> bool:
    return module.startswith(PREFIXES) and module.rpartition(".")[2].startswith("_")


def _same_folder(one: str, other: str) -> bool:
    return one.rpartition(".")[0] == other.rpartition(".")[0]
