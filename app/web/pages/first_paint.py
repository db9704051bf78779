"""Adds our style sheet, scripts and bar to the HTML of a page, so that the first paint is that of the page.

Gradio inserts a page's ``head=`` by a script after the first paint, so that a dark page would flash white. This
middleware writes into the document instead. It also removes Gradio's social-media tags, which contain addresses of
other servers, and redirects ``/review`` to ``/review/``: without the slash, the mount at ``/`` would answer.
"""

import json
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.assets.versioned import Assets, AssetVersion
from app.web.pages.bar import FIRST_IS_THERE, first_bar, page_of

# The style sheet and the module of a page; the editor has its own.
PAGE = ("pages/index.css", "pages/index.js")
EDITOR = ("editor/index.css", "editor/main.js")

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
_BODY = re.compile(rb"<body[^>]*>")
_FOREIGN_META = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", re.S)


# Nothing is painted before the bar is parsed, also where the style sheet is quicker than the rest of the document. The
# whole address, because Gradio's <base> leads elsewhere.
EXPECT_SCRIPT = f"""
(() => {{
  const bar = document.createElement("link");
  Object.assign(bar, {{ rel: "expect", href: location.href.replace(/#.*/, "") + "#{FIRST_IS_THERE}" }});
  bar.setAttribute("blocking", "render");
  document.head.append(bar);
}})();
"""


def first_html(assets: AssetVersion) -> str:
    """What must stand before every script: ``/ui/`` in an import leads to the files of this version."""
    imports = json.dumps({"imports": {"/ui/": assets.address("")}})
    return f'<script type="importmap">{imports}</script>'


def head_html(assets: AssetVersion, path: str) -> str:
    """Our scripts, the module and the style sheet of the page at ``path``, which are asked for at once."""
    sheet, module = EDITOR if page_of(path) == "review" else PAGE
    scripts = f"<script>{EXPECT_SCRIPT}{READY_SCRIPT}{THEME_SCRIPT}{TIMER_SCRIPT}</script>"
    links = (
        f'<link rel="modulepreload" href="{assets.address(module)}">'
        f'<link rel="stylesheet" href="{assets.address(sheet)}">'
    )
    return f'<meta name="color-scheme" content="dark light">{scripts}{links}'


def with_head(html: bytes, assets: AssetVersion, path: str) -> bytes:
    """``html`` with our tags in its head, without social-media tags.

    The import map is first, the rest last, so that our rules override others.
    """
    cleaned = _FOREIGN_META.sub(b"", html)
    begun = cleaned.replace(b"<head>", b"<head>" + first_html(assets).encode(), 1)
    return begun.replace(b"</head>", head_html(assets, path).encode() + b"</head>", 1)


def with_bar(html: bytes, path: str) -> bytes:
    """``html`` of the page at ``path`` with the bar first in its body."""
    return _BODY.sub(lambda match: match[0] + first_bar(path).encode(), html, count=1)


class FirstPaint:
    """ASGI middleware that changes the HTML answers to GET requests of the pages, and nothing else."""

    def __init__(self, app: ASGIApp, *, paths: tuple[str, ...], assets: Assets) -> None:
        self.app = app
        self.assets = assets
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
        newest = await run_in_threadpool(self.assets.current)
        path = scope["path"]

        def changed(html: bytes) -> bytes:
            return with_bar(with_head(html, newest, path), path)

        await self.app(scope, receive, _Rewriter(send, changed))


class _Rewriter:
    """A ``send`` that collects an HTML answer and sends what ``change`` makes of it."""

    def __init__(self, send: Send, change: Callable[[bytes], bytes]) -> None:
        self.send = send
        self.change = change
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
        body = self.change(self.body)
        headers = MutableHeaders(raw=self.start["headers"])
        headers["content-length"] = str(len(body))
        # The document names the version of the assets.
        headers["cache-control"] = "no-cache"
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": body})
