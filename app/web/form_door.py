"""Lets only those requests through to Gradio that our forms need, and checks the files that they name.

Gradio checks the paths in form calls only after its own ``launch``, which a mounted page never calls: any file of this
machine, and any address, would be copied into the upload folder. Here a form call may name only files that were
uploaded. Gradio's routes for proxies, direct calls, recordings and the like are not served.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.plain_json import NotPlain, read_plain
from app.web.request_bodies import BodyTooLong, whole_body, with_body

API = "gradio_api/"
# Paths below a page, without its prefix.
_READABLE = re.compile(
    r"|theme\.css|favicon\.ico|robots\.txt|manifest\.json|config/?|assets/.+|static/.+|"
    rf"{API}(queue/data|upload_progress|startup-events|app_id/?|heartbeat/[\w-]+)"
)
_WRITABLE = re.compile(rf"{API}(upload|cancel|reset/?)")
_CALL = re.compile(rf"{API}queue/join/?")
_FILE = re.compile(rf"{API}file=(.+)", re.S)
OWN = ("/data/", "/ui/")  # below these are our routes and static files, which have checks of their own
LONGEST_CALL = 1 << 20  # bytes of a form call; a form holds a few lines of text


class Refused(ValueError):
    """A form call that is not passed on; the message is one sentence."""


class FormDoor:
    """ASGI middleware in front of the Gradio pages.

    ``forms`` gives for each page (its path without a slash at the end) the number of inputs of each function, by the
    function's id; ``uploads`` is the folder in which Gradio keeps uploaded files; ``own`` are the paths of pages that
    Gradio does not build.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        forms: Mapping[str, Mapping[int, int]],
        uploads: Path,
        own: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.own = own
        self.forms = forms
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400, 404 or 413."""
        path = scope.get("path", "")
        if scope["type"] not in {"http", "websocket"} or path.startswith(OWN) or path in self.own:
            await self.app(scope, receive, send)
            return
        page = next((page for page in self.forms if page and (path == page or path.startswith(f"{page}/"))), "")
        below = path.removeprefix(page).removeprefix("/")
        if scope["type"] == "http" and scope["method"] == "POST" and _CALL.fullmatch(below):
            await self._call(scope, receive, send, self.forms[page])
        elif scope["type"] == "http" and self._served(scope["method"], below):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await _refuse(404, "There is no such page here.")(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _served(self, method: str, below: str) -> bool:
        if method == "POST":
            return _WRITABLE.fullmatch(below) is not None
        if method not in {"GET", "HEAD"}:
            return False
        file = _FILE.fullmatch(below)
        return self._is_upload(file[1]) if file else _READABLE.fullmatch(below) is not None

    async def _call(self, scope: Scope, receive: Receive, send: Send, functions: Mapping[int, int]) -> None:
        try:
            body = await whole_body(receive, limit=LONGEST_CALL)
        except BodyTooLong:
            await _refuse(413, f"A form call holds at most {LONGEST_CALL} bytes; type less.")(scope, receive, send)
            return
        if body is None:
            return
        try:
            self._check(body, functions)
        except (Refused, NotPlain) as error:
            await _refuse(400, str(error))(scope, receive, send)
            return
        await self.app(scope, with_body(body, receive), send)

    def _check(self, body: bytes, functions: Mapping[int, int]) -> None:
        content = read_plain(body)
        if not isinstance(content, dict) or not isinstance(content.get("data"), list):
            raise Refused("This is no call of a form: it has no list of values.")
        called = content.get("fn_index")
        if not isinstance(called, int) or isinstance(called, bool) or called not in functions:
            raise Refused("This page has no such form; reload the page.")
        if len(content["data"]) != functions[called]:
            raise Refused(f"This form has {functions[called]} fields, not {len(content['data'])}; reload the page.")
        if not all(isinstance(content.get(name), str | None) for name in ("session_hash", "event_id", "api_name")):
            raise Refused("This call of a form has no valid session; reload the page.")
        for named in _paths(content):
            if not self._is_upload(named):
                raise Refused("A form may name only files that were uploaded here; choose the file again.")

    def _is_upload(self, named: object) -> bool:
        """Whether ``named`` is the absolute path of a regular file below the upload folder, links followed."""
        if not isinstance(named, str) or not named or "\0" in named:
            return False
        try:
            found = Path(os.path.realpath(named))
            folder = Path(os.path.realpath(self.uploads))
            return Path(named).is_absolute() and folder in found.parents and found.is_file()
        except (OSError, ValueError):  # too long for a path, or not encodable
            return False


def _refuse(status: int, sentence: str) -> JSONResponse:
    # Gradio's page shows the text under "detail".
    return JSONResponse({"error": sentence, "detail": sentence}, status)


def _paths(content: Any) -> Iterator[object]:
    """All that a call could mean as a file: the value of every key ``path``, at any depth."""
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "path" in value:
                yield value["path"]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
