"""The WebSocket of a page, which gets new edits and the state of jobs."""

import asyncio
import contextlib
from typing import Annotated

from fastapi import APIRouter, Query, WebSocket, WebSocketDisconnect

from app.web.context import Context
from app.web.event_hub import Listener
from storage.plain_values import LARGEST


def router(context: Context) -> APIRouter:
    """``WS /data/events?video=&project=&since=``."""
    routes = APIRouter(prefix="/data")

    @routes.websocket("/events")
    async def events(
        socket: WebSocket,
        video: str | None = None,
        project: str | None = None,
        since: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    ) -> None:
        await socket.accept()
        listener = await context.hub.join(video=video or None, project=project or None, since=since)
        sending = asyncio.create_task(_send(socket, listener))
        receiving = asyncio.create_task(_receive(socket))
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            context.hub.leave(listener)
            for task in (sending, receiving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                    # RuntimeError: a message was sent just after the browser closed the socket.
                    await task

    return routes


async def _send(socket: WebSocket, listener: Listener) -> None:
    while (message := await listener.queue.get()) is not None:
        await socket.send_json(message)
    await socket.close()


async def _receive(socket: WebSocket) -> None:
    """Read until the page closes the connection; its pings only keep the connection open."""
    while True:
        await socket.receive_text()
