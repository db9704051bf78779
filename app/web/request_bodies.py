"""The body of a request, read in a middleware and given to the application again; and the end of its connection."""

from starlette.requests import Request
from starlette.types import Message, Receive


class BodyTooLong(ValueError):
    """The body has more bytes than the limit."""


async def whole_body(receive: Receive, *, limit: int) -> bytes | None:
    """The body of a request, None if the client went away. Raises `BodyTooLong` above ``limit`` bytes."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > limit:
            raise BodyTooLong
        if not message.get("more_body", False):
            return b"".join(parts)


def with_body(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body`` first, and then what ``receive`` gives."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


async def disconnected(request: Request) -> None:
    """Return when the connection of a request, whose body was read, is closed."""
    while (await request.receive())["type"] != "http.disconnect":
        continue
