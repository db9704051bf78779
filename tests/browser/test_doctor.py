"""The identity doctor: suggestions of a real search, one edit and one undo each, and a dismissal for good."""

from playwright.sync_api import expect

from tests.browser import driving
from tests.browser.seeding import Seeded

SUGGESTED = """() => window.editor.app.view.now.identities.map(
    ({ kind, tracks, frame, dismissed }) => [kind, [...tracks].sort(), frame, dismissed])"""
SEARCH = """async () => {
    const { app, commands } = window.editor;
    const before = app.view.now.identities;
    commands.findErrors();
    while (app.view.now.identities === before) await new Promise((done) => setTimeout(done, 50));
}"""
HALF = 6


def test_suggestions_are_applied_undone_and_dismissed(scene: Seeded) -> None:
    page = scene.page
    scene.clear()
    first = scene.add({k: scene.box(10, 10) for k in range(HALF)})
    second = scene.add({k: scene.box(10, 10) for k in range(HALF, 2 * HALF)})
    places = [(220, 20), (60, 100)]
    swapped = [
        scene.add({k: scene.box(*places[which if k < HALF else 1 - which]) for k in range(2 * HALF)})
        for which in range(2)
    ]
    page.evaluate(SEARCH)
    merge, swap = ["merge", sorted([first, second]), HALF], ["swap", sorted(swapped), HALF]
    found = page.evaluate(SUGGESTED)
    assert [*merge, False] in found and [*swap, False] in found

    before = scene.stored()
    page.keyboard.press("Alt+i")
    names = {kind: page.locator(f".v-identity[data-kind={kind}]") for kind in ("merge", "swap")}
    expect(names["merge"]).to_contain_text("goes on at once")
    expect(names["swap"].locator("img")).to_have_count(4)
    page.wait_for_function("() => [...document.querySelectorAll('.v-identity img')].every((one) => one.naturalWidth)")
    preview = page.get_by_role("toolbar", name="Preview")
    page.keyboard.press("Alt+x")
    expect(preview).to_be_visible()
    page.keyboard.press(".")
    expect(page.locator(".v-identity.v-selected")).to_have_count(1)
    page.keyboard.press("Escape")
    names["merge"].locator(".v-identitybody").click()
    scene.apply(f"Merge track {scene.number(second)} into track {scene.number(first)}")
    assert scene.frames(first) == list(range(2 * HALF)) and second not in scene.stored()
    expect(names["merge"]).to_have_count(0)
    scene.undo()
    assert scene.stored() == before
    expect(names["merge"]).to_have_count(1)

    names["swap"].locator(".v-identitybody").click()
    expect(preview).to_contain_text("Swap tracks")
    page.keyboard.press("Delete")
    expect(page.get_by_text("1 dismissed", exact=True)).to_be_visible()
    expect(names["swap"]).to_have_count(0)
    page.keyboard.press("Escape")
    page.evaluate(SEARCH)
    assert [*swap, True] in page.evaluate(SUGGESTED) and scene.stored() == before
    page.get_by_role("button", name="Bring back").click()
    expect(names["swap"]).to_have_count(1)
    driving.saved(page)
