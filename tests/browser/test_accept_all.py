"""A video is finished by keys alone: all tracks accepted at once, the video declared complete, and both undone."""

from typing import Any

from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import Seeded


def reviews(scene: Seeded) -> set[str]:
    """Verdicts of all masks in the database."""
    return {row[2] for track in scene.stored().values() for row in track["rows"].values() if row[0] == 1}


def declared(scene: Seeded) -> list[list[int]]:
    """First frame and end of each range that the database has as complete."""
    ranges = driving.fetched(scene.page, f"videos/{scene.video}")["complete"]
    return [[one["start"], one["stop"]] for one in ranges]


def listed(scene: Seeded) -> dict[str, Any]:
    """The line of the video in the list of its project."""
    videos = driving.fetched(scene.page, f"projects/{driving.asked(scene.page, 'project')}")["videos"]
    (line,) = (video for video in videos if video["id"] == scene.video)
    return dict(line)


def test_a_video_is_finished_by_keys_alone(scene: Seeded) -> None:
    before = scene.stored()
    keyboard = scene.page.keyboard
    keyboard.press("Shift+w")
    keyboard.press("Shift+a")
    scene.apply("Accept all tracks on the whole video")
    assert reviews(scene) == {"accepted"}
    keyboard.press("Shift+Enter")
    expect(scene.page.get_by_text("The whole video declared complete")).to_be_visible()
    driving.saved(scene.page)
    assert declared(scene) == [[0, scene.count]]
    line = listed(scene)
    assert (line["state"], line["complete"], line["done"]) == ("done", scene.count, line["asked"])
    percent = scene.page.locator(".v-percent")
    expect(percent).to_have_text("100 %")

    scene.at(scene.ids[0], 2)
    keyboard.press("Shift+f")
    expect(scene.page.get_by_role("button", name="Complete", exact=True)).to_have_attribute("aria-pressed", "true")
    keyboard.press("!")
    driving.saved(scene.page)
    line = listed(scene)
    assert line["done"] < line["asked"] and line["state"] == "review", "what is flagged is asked"
    expect(percent).to_have_text(f"{100 * line['done'] // line['asked']} %")
    scene.undo()
    expect(percent).to_have_text("100 %")

    scene.undo()
    assert declared(scene) == []
    scene.undo()
    assert scene.stored() == before, "one undo takes all verdicts back"
    keyboard.press("Shift+f")


def test_escape_lets_the_range_go_after_the_selection(scene: Seeded) -> None:
    first, _ = scene.ids
    scene.at(first, 2)
    for key in ("{", "f", "}"):
        scene.page.keyboard.press(key)
    chip = scene.page.get_by_role("radio", name="2 \u2013 3")
    expect(chip).to_be_checked()
    scene.page.keyboard.press("Escape")
    assert driving.state(scene.page, "selected") is None
    expect(chip).to_be_visible()
    scene.page.keyboard.press("Escape")
    expect(chip).to_have_count(0)
    expect(scene.page.get_by_role("radio", name="Frame", exact=True)).to_be_checked()
    scene.page.keyboard.press("Shift+f")
