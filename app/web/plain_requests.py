"""Refuses requests of our routes whose address or body holds a value that no database or JSON answer can hold."""

import re

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.plain_json import NotPlain, read_plain
from app.web.request_bodies import BodyTooLong, whole_body, with_body

ROUTES = "/data/"
# A batch of edits may be long, and each of its edits is refused alone: `storage.edits` checks their values.
BATCH = re.compile(r"/data/videos/[^/]+/edits")
LONGEST_BODY = 4 << 20  # bytes; ten thousand category names are the most that a page sends


class PlainRequests:
    """ASGI middleware in front of the routes under ``/data``; answers 400, 404 or 413 with one sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["path"].startswith(ROUTES):
            refusal = _refused_address(scope)
            if refusal is None and scope["method"] in {"POST", "DELETE"} and not BATCH.fullmatch(scope["path"]):
                try:
                    body = await whole_body(receive, limit=LONGEST_BODY)
                    if body is None:
                        return
                    if body:
                        read_plain(body)
                    receive = with_body(body, receive)
                except BodyTooLong:
                    refusal = 413, f"The request is longer than {LONGEST_BODY >> 20} MiB."
                except NotPlain as error:
                    refusal = 400, str(error)
            if refusal is not None:
                status, sentence = refusal
                await JSONResponse({"error": sentence}, status)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _refused_address(scope: Scope) -> tuple[int, str] | None:
    if "\0" in scope["path"]:
        return 404, "There is nothing under this address."
    if b"%00" in scope.get("query_string", b"") or b"\0" in scope.get("query_string", b""):
        return 400, "The address holds a NUL character, which no name can have."
    return None
