"""Spreading in a browser with the real worker: a mask is spread, corrected, spread again, applied and taken back."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.driving import LONG_PATIENCE
from tests.browser.seeding import HUMAN, Seeded

LAST = 4
WHOLE = """([first, last]) => {
    const { jobs, preview } = window.editor.state;
    const frames = new Set((preview?.marks ?? []).flatMap(({ first, last }) =>
        Array.from({ length: last - first + 1 }, (_, i) => first + i)));
    const running = jobs.some(({ kind, status }) => kind === "spread" && ["queued", "running"].includes(status));
    return !running && frames.has(first) && frames.has(last);
}"""


@pytest.fixture
def drawn(opened: Seeded) -> tuple[Seeded, str]:
    """The page with one track, which a person drew on frames 0 and 4."""
    opened.clear()
    opened.page.evaluate("editor.app.view.set({ range: null }); editor.commands.scopeFrame();")
    mask = {**opened.box(60, 50, width=40, height=40), **HUMAN}
    return opened, opened.add({0: mask, LAST: mask})


def rows(scene: Seeded, track: str) -> dict[int, Any]:
    """By frame: source, review and hash."""
    found = driving.stored_tracks(scene.page, scene.video)[scene.number(track)]["rows"]
    return {frame: (row["source"], row["review"], row["hash"]) for frame, row in found.items()}


def spread_to(scene: Seeded, first: int, last: int) -> None:
    """Wait until the draft in the review bar has come to its end."""
    scene.page.wait_for_function(WHOLE, arg=[first, last], timeout=LONG_PATIENCE)


def test_a_mask_is_spread_corrected_spread_again_and_taken_back(drawn: tuple[Seeded, str]) -> None:
    scene, track = drawn
    page = scene.page
    before = rows(scene, track)
    scene.at(track, 0)
    page.keyboard.press("Alt+s")
    spread_to(scene, 1, 3)
    bar = page.get_by_role("toolbar", name="Preview")
    expect(bar).to_contain_text("to frames 1 \N{EN DASH} 3")
    assert rows(scene, track) == before, "a draft changes nothing"
    page.keyboard.press("Enter")
    page.get_by_text("Spread to 3 frames").wait_for()
    first = rows(scene, track)
    assert {frame: row[:2] for frame, row in first.items() if frame not in before} == dict.fromkeys(
        (1, 2, 3), ("propagated", "unreviewed")
    )

    scene.at(track, 2)
    page.keyboard.press("b")
    driving.brush_size(page, 12)
    driving.stroke(page, (70, 95), (95, 95))
    assert rows(scene, track)[2][:2] == ("drawn", "corrected")
    page.get_by_role("button", name="Spread again").click()
    spread_to(scene, 1, 3)
    expect(bar).to_contain_text("2 frames")
    page.keyboard.press("Enter")
    page.get_by_text("Spread to 2 frames").wait_for()
    second = rows(scene, track)
    assert second[1] != first[1] and second[3] != first[3] and second[0] == before[0]

    scene.undo()
    assert {k: row for k, row in rows(scene, track).items() if k != 2} == {k: r for k, r in first.items() if k != 2}
    scene.undo()
    assert rows(scene, track) == first
    scene.undo()
    assert rows(scene, track) == before


def test_a_draft_is_discarded_without_a_trace(drawn: tuple[Seeded, str]) -> None:
    scene, track = drawn
    before = rows(scene, track)
    scene.at(track, 0)
    scene.page.keyboard.press("Alt+s")
    spread_to(scene, 1, 3)
    scene.page.keyboard.press("Escape")
    scene.page.wait_for_function("() => !window.editor.state.preview")
    scene.page.wait_for_function(
        f"async () => (await (await fetch('/data/videos/{scene.video}/drafts')).json()).drafts.length === 0"
    )
    assert rows(scene, track) == before
