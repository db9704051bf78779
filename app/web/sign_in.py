"""Sign-in by name and password (HTTP Basic, RFC 7617) for a server that several people reach.

The browser asks for both and sends them with every request; a cookie stands for them where it does not, as with
WebSockets in some browsers. Whoever is signed in is the author of what their page sends, whatever it says.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.errors import BadInput
from app.web.gate import POLICY_VIOLATION

People = Mapping[str, bytes]
"""SHA-256 of the password by name."""

SESSION = "v-session"  # proves who is signed in; no script reads it
SIGNED_IN = "v-signed-in"  # the name, for the pages
MOST_NAME = 100  # characters
WRONG_SECONDS = 1.0  # that an answer to a wrong password takes: guessing is slow
_ASK = {"WWW-Authenticate": 'Basic realm="TeViT Annotator", charset="UTF-8"'}
_author: ContextVar[str | None] = ContextVar("author", default=None)


def read_people(file: Path) -> People:
    """The people of a sign-in file: UTF-8 lines ``name:password``; empty lines and those that begin with # are skipped.

    A password may hold colons. Raises `BadInput`, which names the line.
    """
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise BadInput(f"The sign-in file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"The sign-in file {file} is no UTF-8 text.") from error
    found: dict[str, bytes] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            name, password = _person(line, f"Line {number} of the sign-in file {file}")
            if name in found:
                raise BadInput(f"Line {number} of the sign-in file {file} names {name!r} again.")
            found[name] = _hashed(password)
    if not found:
        raise BadInput(f"The sign-in file {file} names nobody; write a line name:password for each person.")
    return found


def _person(line: str, place: str) -> tuple[str, str]:
    name, colon, password = line.partition(":")
    name = name.strip()
    if not colon or not name or not password.strip():
        raise BadInput(f"{place} is not of the form name:password.")
    if len(name) > MOST_NAME or not name.isprintable():
        raise BadInput(f"{place} has a name that is too long or holds control characters.")
    return name, password


def readable_by_others(file: Path) -> bool:
    """Whether other users of this machine may read a file."""
    return bool(file.stat().st_mode & 0o044)


def author_of(claimed: str) -> str:
    """The author of what a page sends: the person who is signed in, else who the page says it is."""
    return _author.get() or claimed


@contextmanager
def signed_in_as(name: str) -> Iterator[None]:
    """Inside of the block this person is signed in."""
    token = _author.set(f"person:{name}")
    try:
        yield
    finally:
        _author.reset(token)


class SignIn:
    """ASGI middleware in front of everything: who is not signed in is asked for name and password (401)."""

    def __init__(self, app: ASGIApp, *, people: People) -> None:
        self.app = app
        self._people = people
        self._secret = secrets.token_bytes(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as one of this person, or answer 401 (1008 for a WebSocket)."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = _cookies(headers)
        given = _credentials(headers.get("authorization", ""))
        name = self._by_session(cookies.get(SESSION, "")) if given is None else self._by_password(*given)
        if name is None:
            if given is not None:
                await asyncio.sleep(WRONG_SECONDS)
            await _refuse(scope, receive, send)
            return
        with signed_in_as(name):
            await self.app(scope, receive, self._sending_cookies(send, name, cookies))

    def _by_password(self, name: str, password: str) -> str | None:
        right = self._people.get(name, b"")
        return name if hmac.compare_digest(right, _hashed(password)) else None

    def _by_session(self, session: str) -> str | None:
        known = session.encode()  # texts with other letters than ASCII cannot be compared
        return next((name for name in self._people if hmac.compare_digest(self._session(name).encode(), known)), None)

    def _session(self, name: str) -> str:
        return hmac.new(self._secret, name.encode(), hashlib.sha256).hexdigest()

    def _sending_cookies(self, send: Send, name: str, cookies: Mapping[str, str]) -> Send:
        wanted = {SESSION: self._session(name), SIGNED_IN: quote(name, safe="")}
        missing = {key: value for key, value in wanted.items() if cookies.get(key) != value}
        if not missing:
            return send

        async def send_with_cookies(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.accept"}:
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for key, value in missing.items():
                    hidden = "; HttpOnly" if key == SESSION else ""
                    headers.append("set-cookie", f"{key}={value}; Path=/; SameSite=Strict{hidden}")
            await send(message)

        return send_with_cookies


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
    else:
        await PlainTextResponse("Sign in with your name and password.", 401, _ASK)(scope, receive, send)


def _credentials(header: str) -> tuple[str, str] | None:
    """Name and password of an ``Authorization`` header; None without one, empty ones for one that is malformed."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {key: one.value for key, one in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _hashed(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()
