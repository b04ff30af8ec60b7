"""Every public module, class and function of the package says in a sentence what it is for."""

import ast
from collections.abc import Iterator
from pathlib import Path


def test_everything_public_has_a_docstring_that_ends_in_a_period(root: Path) -> None:
    files = sorted((root / "backend").rglob("*.py"))
    assert len(files) > 50
    found = [
        f"{path.relative_to(root)}:{line} {name}"
        for path in files
        for name, line, text in _documented(ast.parse(path.read_text()))
        if not _is_sentence(text)
    ]
    assert found == []


def _documented(module: ast.Module) -> Iterator[tuple[str, int, str | None]]:
    yield "module", 1, ast.get_docstring(module)
    for node in module.body:
        named = isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if named and not node.name.startswith("_"):
            yield node.name, node.lineno, ast.get_docstring(node)


def _is_sentence(text: str | None) -> bool:
    return text is not None and text.split("\n\n")[0].rstrip("` \n")[-1:] in {".", ":", "?", "!"}
