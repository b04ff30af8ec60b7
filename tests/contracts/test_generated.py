"""Files that are written by a command are as that command would write them."""

from pathlib import Path

from lantern.protocol import typescript


def test_the_typescript_types_are_current(root: Path) -> None:
    committed = (root / "frontend/src/wire/protocol.ts").read_text()
    assert committed == typescript.emit(), "run `make gen` and commit what it writes"
