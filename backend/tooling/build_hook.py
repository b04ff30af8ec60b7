"""Put the built frontend into the wheel, so that whoever installs it needs no Node."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface):
    """Builds frontend/ into backend/lantern/server/static before the files are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless this is an editable install or a source release that has it already."""
        del build_data
        root = Path(self.root)
        static = root / "backend/lantern/server/static"
        released = (static / "index.html").exists() and not (root / ".git").exists()
        if version == "editable" or released or os.environ.get("LANTERN_SKIP_FRONTEND"):
            return
        script = root / "backend/tooling/page.py"
        for arguments in (["install"], ["build", str(static)]):
            subprocess.run([sys.executable, str(script), *arguments], check=True)
