"""What the walks through the application share: short procedural videos, and a page that is watched."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from app.demo.make import encode_video
from model.procedural import render_video
from tests.browser import driving
from tests.browser.driving import PATIENCE
from tests.browser.seeding import Seeded
from tests.serving import RunningServer

CLIP_FRAMES, CLIP_SIZE = 12, (320, 180)


@dataclass
class Watch:
    """All that a page asked for, and everything that went wrong in it.

    ``addresses`` are those of the requests and WebSockets; ``errors`` the console's errors; ``thrown`` what scripts
    did not catch; ``own`` the start of every address that is the server's.
    """

    own: str
    addresses: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    thrown: list[str] = field(default_factory=list)

    def outside(self) -> list[str]:
        """Requests that went anywhere but to this machine's server."""
        own = (self.own, self.own.replace("http", "ws", 1), "data:", "blob:")
        return [address for address in self.addresses if not address.startswith(own)]

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the console calls an error."""
        # Gradio ends its own stream of answers when a page is left, and writes that into the console.
        if message.type == "error" and "AbortError: signal is aborted" not in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def ask(self, request: Request) -> None:
        """Keep the address of a request."""
        self.addresses.append(request.url)


def watch(page: Page, address: str) -> Watch:
    """Follow a page from now on; its own patience is that of a busy machine."""
    page.set_default_timeout(PATIENCE)
    found = Watch(address)
    page.on("request", found.ask)
    page.on("websocket", lambda socket: found.addresses.append(socket.url))
    page.on("console", found.note)
    page.on("pageerror", lambda error: found.thrown.append(str(error)))
    return found


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A procedural video of 12 frames of 320 x 180 with things of the demo's kinds in it."""
    path = tmp_path_factory.mktemp("clips") / "rock pool.mp4"
    encode_video(path, render_video("demo", index=4, seed=31, frames=CLIP_FRAMES, size=CLIP_SIZE).frames)
    return path


@pytest.fixture
def watched(page: Page, server: RunningServer) -> Iterator[Watch]:
    """The test's page over the shared server; what it asks elsewhere or throws fails the test."""
    found = watch(page, str(getattr(server, "address")))  # noqa: B009
    yield found
    assert found.outside() == []
    assert found.thrown == []


@pytest.fixture(scope="module")
def opened(browser: Browser, server: RunningServer) -> Iterator[Seeded]:
    """One page for all verbs, on a video of the demo project."""
    page = browser.new_context().new_page()
    found = watch(page, server.address)
    project, videos = driving.demo_project(page, server.address)
    driving.open_review(page, server.address, project=project, video=videos[4])
    facts = driving.fetched(page, f"videos/{videos[4]}")
    yield Seeded(page, videos[4], (facts["height"], facts["width"]), facts["count"])
    page.context.close()
    assert found.thrown == []


@pytest.fixture
def scene(opened: Seeded) -> Seeded:
    """The page with two tracks: boxes that move to the right on frames 0 to 5, and on frames 4 to 9 further below."""
    opened.clear()
    opened.page.evaluate("editor.app.view.set({ range: null }); editor.commands.scopeFrame();")
    opened.add({k: opened.box(10 + 6 * k, 10) for k in range(6)})
    opened.add({k: opened.box(10 + 6 * k, 60) for k in range(4, 10)})
    return opened
