"""The built page: every file by its own path, any other path of the page by index.html."""

import gzip
import mimetypes
import os
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

FOLDER = Path(os.environ.get("LANTERN_PAGE") or Path(__file__).with_name("static"))
"""Where the built page lies; LANTERN_PAGE names another build of it, for work on the page."""
FOREVER = "public, max-age=31536000, immutable"
AGAIN = "no-cache"
TEXT_TYPES = ("text/", "application/json", "application/javascript", "image/svg")
NOT_BUILT = (
    "The page is not built yet: run `make build` (or `npm run build` in frontend/). "
    "The REST interface works: see /docs.\n"
)


@dataclass(frozen=True)
class Asset:
    """One file, as it is and compressed."""

    content: bytes
    zipped: bytes | None
    media_type: str
    cache_control: str
    etag: str


class StaticFiles:
    """Looks files up in a list made beforehand, so that no path can lead out of the folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._stamp = 0
        self._assets: dict[str, Asset] = {}

    def respond(self, request: Request) -> Response:
        """Return the file at the request's path, or the page itself."""
        self._read_again_if_new()
        path = request.url.path
        asset = self._assets.get(path)
        if asset is None and "." not in path.rsplit("/", 1)[-1]:
            asset = self._assets.get("/index.html")
            if asset is None:
                return PlainTextResponse(NOT_BUILT, 200 if path == "/" else 404)
        if asset is None:
            return PlainTextResponse("There is no such file.\n", 404)
        return _response(asset, request)

    def _read_again_if_new(self) -> None:
        index = self.folder / "index.html"
        stamp = index.stat().st_mtime_ns if index.exists() else 0
        if stamp != self._stamp:
            self._stamp = stamp
            files = [path for path in self.folder.rglob("*") if path.is_file()]
            self._assets = {f"/{path.relative_to(self.folder)}": _asset(path) for path in files}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = media_type.startswith(TEXT_TYPES)
    is_hashed = path.parent.name == "assets"
    return Asset(
        content=content,
        zipped=gzip.compress(content, 9, mtime=0) if is_text else None,
        media_type="text/javascript" if path.suffix == ".js" else media_type,
        cache_control=FOREVER if is_hashed else AGAIN,
        etag=f'"{path.stat().st_mtime_ns:x}-{len(content):x}"',
    )


def _response(asset: Asset, request: Request) -> Response:
    headers = {
        "Cache-Control": asset.cache_control,
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    content = asset.content
    if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = asset.zipped
    return Response(content, media_type=asset.media_type, headers=headers)
