"""A window that goes to a screen with other pixels: everything on the canvas follows, though its size stays."""

from playwright.sync_api import Page

from tests.browser import driving
from tests.browser.seeding import Seeded

# Pixels of each canvas per CSS pixel: masks, both canvases of lines, coordinates.
RATIOS = """() => [...document.querySelectorAll(".v-canvas .v-lines, .v-xy")].map(
  (canvas) => canvas.width / canvas.getBoundingClientRect().width)"""


def ratio(page: Page, pixels: float) -> None:
    """Show the page on a screen with so many pixels per CSS pixel.

    The window becomes a little wider: an emulated screen alone has the browser tell nobody, as a real one does.
    """
    size = page.viewport_size
    assert size is not None
    screen = {"width": size["width"] + round(10 * pixels), "height": size["height"]}
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setDeviceMetricsOverride", {**screen, "deviceScaleFactor": pixels, "mobile": False})


def test_canvases_follow_the_pixels_of_another_screen(scene: Seeded) -> None:
    page = scene.page
    driving.ready(page)
    # Of a size that does not follow the window: so nothing but the pixel ratio changes for it.
    page.add_style_tag(content=".v-canvas { position: fixed; left: 60px; top: 100px; width: 600px; height: 400px }")
    page.wait_for_function("window.editor.app.viewport.width === 600")
    page.mouse.move(*driving.on_screen(page, 30, 30))
    for pixels in (2, 1.5):
        ratio(page, pixels)
        page.wait_for_function(f"({RATIOS})().every((found) => Math.abs(found - {pixels}) < 0.02)", timeout=30_000)
        assert len(page.evaluate(RATIOS)) == 4
