"""Answers requests for assets under addresses with a version, from memory, before anything else sees them."""

import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.assets.bundle import Bundle
from app.web.assets.versioned import Asset, Assets

_ADDRESS = re.compile(r"/ui-([0-9a-f]+)/(.+)")
# Below each page, as the scripts of Gradio compare and make these addresses.
_BUNDLE_ADDRESS = re.compile(r"(?:/\w+)?/assets/([^/]+)")
# The version is part of the address: what lies there never changes.
FOREVER = b"public, max-age=31536000, immutable"


class AssetDoor:
    """ASGI middleware for ``/ui-VERSION/PATH``, and for the files of Gradio, whose names change with their content.

    A version of ours that is not kept, of a page that was opened before an update, is answered by the file as it is
    now, which the browser does not keep.
    """

    def __init__(self, app: ASGIApp, *, assets: Assets, bundle: Bundle | None = None) -> None:
        self.app = app
        self.assets = assets
        self.bundle = bundle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on."""
        readable = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if not readable or not (_ADDRESS.fullmatch(scope["path"]) or _BUNDLE_ADDRESS.fullmatch(scope["path"])):
            await self.app(scope, receive, send)
            return
        packs = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        # In a thread: the first request for an asset joins and packs it.
        asset, forever = await run_in_threadpool(self._find, scope["path"])
        if asset is None:
            await self.app(scope, receive, send)
            return
        body = await run_in_threadpool(lambda: asset.packed) if packs else asset.content
        headers = _headers(asset, body, packed=packs, forever=forever)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _find(self, path: str) -> tuple[Asset | None, bool]:
        """What lies at an address, and whether it lies there for ever."""
        if asked := _ADDRESS.fullmatch(path):
            source = self.assets.version(asked[1]) or self.assets.current()
            return source.find(asked[2]), source.version == asked[1]
        asked = _BUNDLE_ADDRESS.fullmatch(path) if self.bundle else None
        return (self.bundle.find(asked[1]), True) if self.bundle and asked else (None, False)


def _headers(asset: Asset, body: bytes, *, packed: bool, forever: bool) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", asset.media_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", FOREVER if forever else b"no-cache"),
        (b"vary", b"accept-encoding"),
    ]
    return [*headers, (b"content-encoding", b"gzip")] if packed else headers
