"""A web server of this machine that stands for the one with the published files."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.waiting import PATIENCE_SECONDS


@dataclass
class Shop:
    """A web server with one file. It can break off, fall silent, ignore ranges, or answer with something else."""

    content: bytes = bytes(range(256)) * 40
    break_off_after: int | None = None
    ranges: bool = True
    page: bool = False
    status: int | None = None
    stall_after: int | None = None  # bytes, after which nothing comes for a while
    wrong_range: int = 0  # bytes by which it goes on at another place than asked
    asked: list[str | None] = field(default_factory=list)
    address: str = ""
    awake: threading.Event = field(default_factory=threading.Event)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        wanted = handler.headers.get("Range")
        self.asked.append(wanted)
        start = int(wanted[6:].partition("-")[0]) if wanted and self.ranges else 0
        if self.status or start >= len(self.content):
            return handler.send_error(self.status or 416)
        body = self.content[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Type", "text/html" if self.page else "application/octet-stream")
        handler.send_header("Content-Length", str(len(body)))
        if start:
            handler.send_header(
                "Content-Range", f"bytes {start + self.wrong_range}-{len(self.content) - 1}/{len(self.content)}"
            )
        handler.end_headers()
        if self.stall_after is not None:
            handler.wfile.write(body[: self.stall_after])
            handler.wfile.flush()
            self.awake.wait(PATIENCE_SECONDS)
        else:
            handler.wfile.write(body if self.break_off_after is None else body[: self.break_off_after])
        return None


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.answer(self)

        def log_message(self, format: str, *words: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.address = f"http://127.0.0.1:{server.server_address[1]}/model.pth"
        yield made
        made.awake.set()
        server.shutdown()
