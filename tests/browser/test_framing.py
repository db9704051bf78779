"""A page of another origin cannot put the application into a frame of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Page

from tests.serving import RunningServer


@contextmanager
def other_site(html: str) -> Iterator[str]:
    """The address of a site that answers every request with ``html``."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Write nothing to stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/"
        served.shutdown()


def test_another_origin_cannot_frame_a_page(page: Page, server: RunningServer) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    with other_site(f'<iframe src="{server.address}"></iframe>') as address:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        (frame,) = [found for found in page.frames if found is not page.main_frame]
        assert frame.locator(".v-top").count() == 0
    assert any("frame-ancestors" in text for text in refused), refused


def test_the_application_may_frame_itself(page: Page, server: RunningServer) -> None:
    page.goto(server.address)
    page.evaluate("document.body.append(Object.assign(document.createElement('iframe'), { src: '/models/' }))")
    page.frame_locator("iframe").locator(".v-top").wait_for()
