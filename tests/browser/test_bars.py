"""What the bars and lists of the editor show stays readable in a small window."""

import pytest
from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import HUMAN, Seeded

HEIGHTS = """() => {
    const found = (one) => document.querySelector(one);
    const [canvas, facts, bar] = [".v-canvas", ".v-previewfacts", ".v-review"].map(found);
    return {
        canvas: canvas.getBoundingClientRect().height,
        facts: facts.getBoundingClientRect().toJSON(),
        bar: bar.getBoundingClientRect().toJSON(),
        cut: facts.scrollHeight - facts.clientHeight,
    };
}"""
HIDDEN = """(number) => {
    const list = document.querySelector(".v-list").getBoundingClientRect();
    const row = document.querySelector(`.v-trackrow[data-track="${number}"]`).getBoundingClientRect();
    return Math.max(0, row.bottom - list.bottom, list.top - row.top);
}"""


@pytest.mark.parametrize("width", [1280, 1920])
def test_long_facts_of_a_preview_are_whole_and_move_no_picture(scene: Seeded, width: int) -> None:
    scene.page.set_viewport_size({"width": width, "height": 720})
    first, _ = scene.ids
    scene.at(first, 3)
    before = scene.page.evaluate(HEIGHTS)
    scene.page.keyboard.press("Shift+s")
    scene.page.keyboard.press("Enter")
    expect(scene.page.get_by_role("toolbar", name="Preview")).to_be_visible()
    fact = "several frames of either track are not there, and stay as they are"
    scene.page.evaluate(
        """(fact) => {
            const { preview } = editor.app.view.now;
            const facts = [...preview.facts, fact, fact, fact, "the last one"];
            const longer = Object.assign(Object.create(Object.getPrototypeOf(preview)), preview, { facts });
            editor.app.view.set({ preview: longer });
        }""",
        fact,
    )
    facts = scene.page.locator(".v-previewfacts")
    expect(facts).to_contain_text("the last one")
    found = scene.page.evaluate(HEIGHTS)
    assert found["cut"] <= 0
    assert found["facts"]["top"] >= found["bar"]["top"] and found["facts"]["bottom"] <= found["bar"]["bottom"]
    assert found["canvas"] == before["canvas"]
    assert found["bar"]["bottom"] == before["bar"]["bottom"]
    scene.page.keyboard.press("Escape")
    assert scene.page.evaluate(HEIGHTS)["bar"] == before["bar"]


def test_the_row_of_the_selected_track_is_in_sight_wherever_it_was_selected(scene: Seeded) -> None:
    scene.page.set_viewport_size({"width": 1280, "height": 720})
    for _ in range(18):
        scene.add({0: scene.box(10, 10)})
    numbers = [scene.number(track) for track in scene.ids]
    scene.page.evaluate("editor.commands.goto(0); editor.commands.select(null)")
    driving.ready(scene.page)
    # The last row that is whole before the panel below it opens.
    shown = [number for number in numbers if scene.page.evaluate(HIDDEN, number) == 0]
    scene.page.locator(f".v-trackrow[data-track='{shown[-1]}']").click()
    expect(scene.page.locator(".v-details")).to_be_visible()
    scene.page.wait_for_function(f"number => ({HIDDEN})(number) === 0", arg=shown[-1])
    scene.at(scene.ids[-1], 0)
    scene.page.wait_for_function(f"number => ({HIDDEN})(number) === 0", arg=numbers[-1])
    # What a person scrolled away stays away while the panel changes.
    scene.page.locator(".v-list").evaluate("list => list.scrollTo(0, 0)")
    scene.page.wait_for_function(f"number => ({HIDDEN})(number) === 0", arg=numbers[0])
    scene.page.set_viewport_size({"width": 1280, "height": 760})
    driving.ready(scene.page)
    assert scene.page.evaluate(HIDDEN, numbers[0]) == 0


def test_facts_of_a_track_are_whole_in_a_small_window(scene: Seeded) -> None:
    scene.page.set_viewport_size({"width": 1280, "height": 720})
    first, _ = scene.ids
    scene.send([scene.drawn(first, 0, {**scene.box(10, 10), **HUMAN}, scene.version(first, 0))])
    scene.at(first, 0)
    fact = scene.page.locator(".v-facts dd", has_text="by hand")
    expect(fact).to_have_text("6 frames, 1 by hand")
    fact.evaluate("one => (one.textContent = '4,321 frames, 1,234 by hand')")
    assert fact.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
