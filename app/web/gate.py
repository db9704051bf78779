"""Keeps other web sites out: only known host names are answered, and only our own pages may write."""

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

READING = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY_VIOLATION = 1008


def known_hosts(host: str) -> frozenset[str]:
    """The host names of a server bound to ``host``; numeric addresses are always allowed too."""
    return frozenset({"localhost", socket.gethostname().lower(), host.lower()})


class Gate:
    """ASGI middleware in front of all routes, pages and WebSockets.

    A request with an unknown ``Host`` is refused: DNS rebinding reaches a local server in this way (a numeric address
    cannot be rebound). A write or a WebSocket with an ``Origin`` other than its ``Host`` is refused.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 400 or 403 (1008 for a WebSocket)."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
        else:
            status, sentence = refusal
            await JSONResponse({"error": sentence}, status)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _host_name(host)
        if name not in self.hosts and not _is_address(name):
            return 400, f"This server does not answer to the name {name!r}."
        origin = headers.get("origin")
        reading = scope["type"] == "http" and scope["method"] in READING
        if not reading and origin is not None and _site(origin) != host:
            return 403, "Another web site may not write here."
        return None


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _site(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
