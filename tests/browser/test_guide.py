"""The annotation guide: written on the library page, read in the editor; nothing of it runs."""

from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import Seeded

GUIDE = '# What to draw\n\n- *every* fish\n\n<img src=x onerror="window.broken = 1"> [more](https://a.example/)'


def test_a_guide_is_written_and_read(scene: Seeded) -> None:
    page = scene.page
    back = page.url
    project = driving.fetched(page, f"videos/{scene.video}")["project"]["id"]
    page.goto(f"{driving.origin(page)}/?project={project}&sheet=guide")
    field = page.get_by_label("Guide, in Markdown")
    field.fill(GUIDE)
    page.locator("#v-sheet-guide").get_by_role("button", name="Save").click()
    expect(page.locator("#v-sheet-guide").get_by_role("heading", name="What to draw")).to_be_visible()
    assert driving.fetched(page, f"projects/{project}/guide")["markdown"] == GUIDE

    page.goto(back)
    driving.ready(page)
    page.keyboard.press("Alt+g")
    dialog = page.get_by_role("dialog", name="Annotation guide")
    expect(dialog.get_by_role("heading", name="What to draw")).to_be_visible()
    expect(dialog.locator("em")).to_have_text("every")
    expect(dialog.get_by_role("link", name="more")).to_have_attribute("rel", "noopener noreferrer")
    expect(dialog).to_contain_text("<img src=x")
    assert dialog.locator("img").count() == 0 and page.evaluate("window.broken") is None
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
