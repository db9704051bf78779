"""The web server: one FastAPI application with the routes, the static files, and the Gradio pages."""

import asyncio
import contextlib
import errno
import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from app.errors import FULL, AppError, ServerStartError
from app.exchange.open_imports import clear_broken_imports
from app.jobs import queue
from app.library.abandoned import clear_abandoned
from app.library.stale_uploads import clear_stale_uploads, temporary_folder
from app.opening import open_database
from app.sentences import known_sentence, sentence
from app.settings import ASSETS, Settings
from app.web.assets.bundle import Bundle
from app.web.assets.door import AssetDoor
from app.web.assets.versioned import Assets
from app.web.context import Context, make_context
from app.web.gate import Gate, known_hosts
from app.web.headers import SafeHeaders
from app.web.pages import mount_pages
from app.web.plain_requests import PlainRequests
from app.web.reach import shown_address
from app.web.routes import (
    attributes,
    checkpoints,
    comments,
    crops,
    edits,
    effort,
    events,
    exchange,
    export,
    frames,
    guide,
    jobs,
    library,
    look_alikes,
    next_videos,
    painted,
    projects,
    prompts,
    retrain,
    reviewing,
    spreading,
    thumbnails,
    track_bulk,
    track_list,
    tracks,
    videos,
)
from app.web.sign_in import People, SignIn
from storage.database import Database, DatabaseError
from storage.errors import NotFound, StorageError
from storage.frames import VideoError
from storage.youtube_vis import YouTubeVisError

log = logging.getLogger(__name__)
CARE_SECONDS = 5.0
CLEAR_SECONDS = 6 * 3600.0
NO_RIGHTS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
# These are set before Gradio is imported; else it checks its version and reports its use over the network.
OFFLINE = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SSR_MODE": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


class Application(FastAPI):
    """The application with `SafeHeaders` around everything, also around the answers to mistakes of the program."""

    def build_middleware_stack(self) -> ASGIApp:
        """Every middleware, and the headers outside of them."""
        return SafeHeaders(super().build_middleware_stack())


class SingleAssets(StaticFiles):
    """Single files of ``assets`` without a version in their address; the browser revalidates them each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with its ETag and ``no-cache``."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(
    settings: Settings, *, pages: bool = True, database: Database | None = None, people: People | None = None
) -> FastAPI:
    """The application for the data folder of ``settings``; it closes the database when the server ends.

    ``pages=False`` leaves the Gradio pages out, for programs that need only the routes. ``people`` have to sign in.
    Raises `SettingsError` or `storage.database.DatabaseError` if the data folder or database cannot be used.
    """
    settings.make_folders()
    context = make_context(settings, database or open_database(settings.database_url, settings.data))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await _clear_up(context)
        caring = asyncio.create_task(_care_on(context))
        yield
        caring.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await caring
        await context.hub.close()
        context.close()

    app: FastAPI = Application(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.context = context
    _answer_errors(app)
    assets = Assets(ASSETS)
    modules = (
        attributes,
        checkpoints,
        crops,
        comments,
        edits,
        effort,
        events,
        exchange,
        export,
        frames,
        guide,
        jobs,
        library,
        look_alikes,
        next_videos,
        painted,
        projects,
        prompts,
        retrain,
        reviewing,
        spreading,
        thumbnails,
        track_bulk,
        track_list,
        tracks,
        videos,
    )
    for module in modules:
        app.include_router(module.router(context))
    app.mount("/ui", SingleAssets(directory=ASSETS, check_dir=False), name="ui")
    bundle: Bundle | None = None
    if pages:
        # `mount_pages` imports Gradio, which reads these variables on import.
        os.environ.update(OFFLINE)
        os.environ.setdefault("GRADIO_TEMP_DIR", str(temporary_folder(settings)))
        app, bundle = mount_pages(app, context, assets)
    app.add_middleware(PlainRequests)
    app.add_middleware(AssetDoor, assets=assets, bundle=bundle)
    if people is not None:
        app.add_middleware(SignIn, people=people)
    app.add_middleware(Gate, hosts=known_hosts(settings.host))
    return app


def run(settings: Settings, *, people: People | None = None) -> None:
    """Serve until interrupted, these people alone if there are any; prints the address once the server listens.

    Raises `ServerStartError` if the port is in use or the address does not belong to this machine.
    """
    listening = _listen(settings)
    port = listening.getsockname()[1]
    try:
        app = create_app(settings, people=people)
    except BaseException:
        listening.close()
        raise
    address = shown_address(settings.host, port)
    config = uvicorn.Config(app, workers=1, log_level="warning", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    threading.Thread(target=_announce, args=(server, address, settings.open_browser), daemon=True).start()
    # On Ctrl+C uvicorn shuts down and then raises KeyboardInterrupt again.
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is named. Without it, the body of each answer would arrive 40 ms
    # after its head.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        # The socket is bound but does not listen yet, so that no request waits while the pages are built.
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise ServerStartError(
            f"The server cannot listen on {settings.host}:{settings.port} ({_reason(error)}); "
            "stop the program that uses it, or choose another with --port."
        ) from error
    return listening


def _reason(error: OSError) -> str:
    return "the port is in use" if error.errno == errno.EADDRINUSE else (error.strerror or str(error))


def _announce(server: uvicorn.Server, address: str, open_browser: bool) -> None:
    while not server.started and not server.should_exit:
        threading.Event().wait(0.05)
    if not server.started:
        return
    print(f"Open {address} in a browser. Stop with Ctrl+C.", file=sys.stderr, flush=True)
    if open_browser and _has_browser():
        webbrowser.open(address)


def _has_browser() -> bool:
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


async def _clear_up(context: Context) -> None:
    await context.run(clear_stale_uploads, context.database, context.settings)
    await context.run(clear_abandoned, context.database, context.settings)
    await context.write_long(clear_broken_imports)


async def _care_on(context: Context) -> None:
    """Every few seconds: start a worker if jobs wait, and mark dead jobs as failed, also after a restart.

    After a job has died, and every few hours, left-over files are removed.
    """
    loop = asyncio.get_running_loop()
    cleared = loop.time()
    while True:
        try:
            dead = await context.write_long(queue.care, context.settings)
            if dead or loop.time() - cleared >= CLEAR_SECONDS:
                cleared = loop.time()
                await _clear_up(context)
        except (AppError, DatabaseError, OSError) as error:
            # The disk may be full or the database busy for a moment; the next round may succeed.
            log.warning("The jobs could not be looked after: %s", error)
        await asyncio.sleep(CARE_SECONDS)


def _answer_errors(app: FastAPI) -> None:
    """Answer every error with its HTTP status and one sentence under ``error``."""

    def answer(error: Exception, status: int) -> JSONResponse:
        return JSONResponse({"error": sentence(str(error))}, status)

    @app.exception_handler(AppError)
    async def app_error(_: Request, error: AppError) -> JSONResponse:
        kind = {} if error.kind is None else {"kind": error.kind}
        return JSONResponse({"error": sentence(str(error)), **kind}, error.status)

    @app.exception_handler(StorageError)
    async def storage_error(_: Request, error: StorageError) -> JSONResponse:
        if isinstance(error, DatabaseError):
            return answer(error, 503)
        return answer(error, 404 if isinstance(error, NotFound) else 400)

    @app.exception_handler(VideoError)
    @app.exception_handler(YouTubeVisError)
    async def file_error(_: Request, error: ValueError) -> JSONResponse:
        return answer(error, 400)

    @app.exception_handler(RequestValidationError)
    async def body_error(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        named = _edit_named(error.body, first["loc"])
        return JSONResponse({"error": f"The request is not understood: {place}: {first['msg']}.", **named}, 422)

    @app.exception_handler(Exception)
    async def own_mistake(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, OSError) and error.errno in FULL:
            return JSONResponse({"error": "The disk is full; nothing of this was kept. Make room and repeat it."}, 507)
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in NO_RIGHTS):
            told = known_sentence(error)
            if told is not None:
                return JSONResponse({"error": told}, 503)
        # The framework has logged the traceback already.
        return JSONResponse({"error": "The server made a mistake; its log says more."}, 500)

    @app.exception_handler(HTTPException)
    async def http_error(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code, headers=error.headers)


def _edit_named(body: Any, place: Sequence[str | int]) -> dict[str, str]:
    """The id of the edit at ``place`` in a batch, under ``edit``, so that the page drops only this one; else empty."""
    match place:
        case ("body", "edits", int(index), *_):
            found = body["edits"][index]
            # The ids of the page are ASCII; another text might not be valid JSON.
            if isinstance(found, dict) and isinstance(found.get("id"), str) and found["id"].isascii():
                return {"edit": found["id"]}
    return {}
