"""The page loads nothing from anywhere but its own server: no address stands in its sources."""

import re
from pathlib import Path

ADDRESS = re.compile(r"""(?:https?:)?//[\w-]+\.[\w.-]+[^\s"'`)<>]*""")
SUFFIXES = {".ts", ".svelte", ".css", ".html", ".js"}
ALLOWED = ("http://www.w3.org/",)
"""Names of XML namespaces, which nobody fetches."""


def test_no_source_of_the_page_names_a_foreign_address(root: Path) -> None:
    folder = root / "frontend"
    files = [*folder.glob("*.html"), *(p for p in (folder / "src").rglob("*") if p.is_file())]
    assert len(files) > 20
    found = [
        f"{path.relative_to(root)}: {address}"
        for path in files
        if path.suffix in SUFFIXES and ".test." not in path.name
        for address in ADDRESS.findall(path.read_text())
        if not address.startswith(ALLOWED)
    ]
    assert found == []


def test_no_source_of_web_fetches_anything(root: Path) -> None:
    sources = (root / "backend/lantern/server").rglob("*.py")
    clients = re.compile(r"^\s*(?:import|from) (?:httpx|requests|urllib\.request|pooch)\b", re.M)
    assert [path.name for path in sources if clients.search(path.read_text())] == []
