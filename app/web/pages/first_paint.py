"""Adds our stylesheets, scripts and bar to the HTML of Gradio, so that the first paint is that of the page.

Gradio inserts a page's ``head=`` by a script after the first paint, so that a dark page would flash white. This
middleware writes into the document instead. It also removes Gradio's social-media tags, which contain addresses of
other servers, and redirects ``/review`` to ``/review/``: without the slash, the mount at ``/`` would answer.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.pages.bar import first_bar

STYLESHEETS = (
    "/ui/look/tokens.css",
    "/ui/look/base.css",
    "/ui/look/controls.css",
    "/ui/look/floating.css",
    "/ui/look/markdown.css",
    "/ui/pages/gradio.css",
    "/ui/pages/shell.css",
    "/ui/pages/page.css",
    "/ui/pages/forms.css",
    "/ui/pages/widgets.css",
    "/ui/pages/library.css",
    "/ui/pages/nextvideos.css",
    "/ui/pages/project.css",
    "/ui/pages/report.css",
    "/ui/pages/export.css",
    "/ui/pages/training.css",
    "/ui/pages/tracks.css",
    "/ui/pages/review.css",
)

# Forms wait for the promise `vReady`; the module of the shell resolves it with `vPages` once it knows the project.
READY_SCRIPT = "window.vReady ??= new Promise((ready) => { window.vMakeReady = ready; });"

# `.dark` on <body> is Gradio's class for dark mode. While Gradio starts, it sets this class from the preference of the
# system; the observer then sets the person's choice again. It acts only on a difference, so it cannot loop.
THEME_SCRIPT = """
(() => {
  if (window.vTheme) return;
  const system = matchMedia("(prefers-color-scheme: light)");
  const wanted = () => (localStorage.getItem("v-theme") ?? (system.matches ? "light" : "dark")) === "dark";
  const apply = () => {
    document.documentElement.dataset.theme = wanted() ? "dark" : "light";
    if (document.body && document.body.classList.contains("dark") !== wanted()) {
      document.body.classList.toggle("dark", wanted());
    }
  };
  const watch = () => {
    apply();
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };
  new MutationObserver((_, first) => {
    if (document.body) { first.disconnect(); watch(); }
  }).observe(document.documentElement, { childList: true });
  window.vTheme = {
    get dark() { return wanted(); },
    set(dark) {
      localStorage.setItem("v-theme", dark ? "dark" : "light");
      apply();
      window.dispatchEvent(new CustomEvent("v-theme", { detail: { dark } }));
    },
  };
})();
"""

# The timer of Gradio's loading screen is never ended: it would ask for an animation frame sixty times a second for as
# long as a page is open, and so keep the processor and the display busy. Here it runs once a second.
TIMER_SCRIPT = """
(() => {
  if (window.vFrames) return;
  window.vFrames = window.requestAnimationFrame.bind(window);
  const isTimer = (work) => {
    if (typeof work !== "function" || work.length) return false;
    const source = String(work);
    return source.length < 120 && source.includes("performance.now()") && source.includes("/1e3");
  };
  window.requestAnimationFrame = (work) => (isTimer(work) ? setTimeout(work, 1000) : window.vFrames(work));
})();
"""
_FOREIGN_META = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", re.S)


def head_html() -> str:
    """Our scripts, then the stylesheets in cascade order; harmless if a document contains it twice."""
    links = "".join(f'<link rel="stylesheet" href="{href}">' for href in STYLESHEETS)
    scripts = f"<script>{READY_SCRIPT}{THEME_SCRIPT}{TIMER_SCRIPT}</script>"
    return f'<meta name="color-scheme" content="dark light">{scripts}{links}'


def with_head(html: bytes) -> bytes:
    """``html`` with our tags at the end of its head, where they override others, and without social-media tags."""
    cleaned = _FOREIGN_META.sub(b"", html)
    return cleaned.replace(b"</head>", head_html().encode() + b"</head>", 1)


def with_bar(html: bytes, path: str) -> bytes:
    """``html`` of the page at ``path`` with the bar before the element in which Gradio builds the page."""
    return html.replace(b"<gradio-app", first_bar(path).encode() + b"<gradio-app", 1)


class FirstPaint:
    """ASGI middleware that changes the HTML answers to GET requests of the pages, and nothing else."""

    def __init__(self, app: ASGIApp, *, paths: tuple[str, ...]) -> None:
        self.app = app
        self.paths = frozenset(path.rstrip("/") for path in paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; change the answer only if it is one of our pages."""
        page = scope["type"] == "http" and scope["method"] == "GET" and scope["path"].rstrip("/") in self.paths
        if not page:
            await self.app(scope, receive, send)
            return
        if not scope["path"].endswith("/"):
            query = scope.get("query_string", b"").decode()
            target = f"{scope['path']}/{f'?{query}' if query else ''}"
            await RedirectResponse(target, 307)(scope, receive, send)
            return
        await self.app(scope, receive, _Rewriter(send, scope["path"]))


class _Rewriter:
    """A ``send`` that collects the HTML answer for ``path`` and sends it with our head and our bar."""

    def __init__(self, send: Send, path: str) -> None:
        self.send = send
        self.path = path
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if not headers.get("content-type", "").startswith("text/html"):
                await self.send(message)
                return
            self.start = message
            return
        if self.start is None or message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = with_bar(with_head(self.body), self.path)
        MutableHeaders(raw=self.start["headers"])["content-length"] = str(len(body))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": body})
