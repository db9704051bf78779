"""Answers requests for assets under addresses with a version, from memory, before anything else sees them."""

import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.assets.bundle import Bundle
from app.web.assets.versioned import Asset, Assets

_ADDRESS = re.compile(r"/(ui|gradio)-([\w.]+)/(.+)")
# The version is part of the address: what lies there never changes.
FOREVER = b"public, max-age=31536000, immutable"


class AssetDoor:
    """ASGI middleware for ``/ui-VERSION/PATH`` and ``/gradio-VERSION/NAME``.

    A version of ours that is not kept, of a page that was opened before an update, is answered by the file as it is
    now, which the browser does not keep.
    """

    def __init__(self, app: ASGIApp, *, assets: Assets, bundle: Bundle | None = None) -> None:
        self.app = app
        self.assets = assets
        self.bundle = bundle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        asked = _ADDRESS.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if asked is None or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        owner, version, path = asked.groups()
        source = self.bundle if owner == "gradio" else self.assets.version(version) or self.assets.current()
        asset = source.find(path) if source else None
        if source is None or asset is None:
            await self.app(scope, receive, send)
            return
        packs = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        body = asset.packed if packs else asset.content
        headers = _headers(asset, body, packed=packs, forever=source.version == version)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _headers(asset: Asset, body: bytes, *, packed: bool, forever: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", asset.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", FOREVER if forever else b"no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    return [*headers, (b"content-encoding", b"gzip")] if packed else headers
