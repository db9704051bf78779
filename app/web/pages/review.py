"""The page of the editor: a document of its own, since the editor needs nothing of Gradio."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

PATH = "/review"
# `FirstPaint` adds head and bar. The import map leads to the version of the module that fits the document.
DOCUMENT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Review</title>
</head>
<body>
<div id="v-editor"></div>
<script type="module">
import { mount } from "/ui/editor/main.js";
mount(document.querySelector("#v-editor"));
</script>
</body>
</html>
"""


def router() -> APIRouter:
    """The page at ``/review/``; all of it is ``assets/editor/main.js``, which calls the routes itself."""
    routes = APIRouter()

    @routes.get(f"{PATH}/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return HTMLResponse(DOCUMENT)

    return routes
