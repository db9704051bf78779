"""What cannot be used is refused in the page with one clear sentence, and leaves nothing behind."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import driving
from tests.browser.conftest import Watch
from tests.serving import RunningServer

# What the server writes by itself: its database, the pictures it made, the logs of its worker.
OWN = ("annotations.sqlite3", "frames/", "logs/", "tmp/")
# A request that is refused is an error in the console of Chromium; the page says it in words.
REFUSED = "Failed to load resource: the server responded with a status of 400"
NOT_VIS = {"list": "[1, 2]", "object": '{"hello": "world"}', "text": "hello"}


def kept_files(data: Path) -> set[str]:
    """Files of the data folder that hold something of the user's."""
    every = (path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file())
    return {name for name in every if not name.startswith(OWN)}


def one_sentence(place: Locator, *words: str) -> str:
    """The text of a message: short, one sentence that ends as one, with these words, without the words of a program."""
    place.wait_for()
    text = place.inner_text().strip()
    assert text.endswith(".") and len(text) < 400, text
    for word in words:
        assert word in text, text
    for foreign in ("Traceback", "Error:", "Exception", "\n", "errno", ".part"):
        assert foreign not in text, text
    return text


def test_files_that_are_no_video_are_refused(page: Page, server: RunningServer, watched: Watch, tmp_path: Path) -> None:
    (tmp_path / "letter.mp4").write_text("Dear all, this is no video.\n" * 9)
    (tmp_path / "empty.mp4").write_bytes(b"")
    project = driving.new_project(page, server.address, name="refused videos", categories="fish")
    before = kept_files(server.data)
    for name in ("letter.mp4", "empty.mp4"):
        driving.upload(page, tmp_path / name)
        card = page.locator(f"[data-upload='{name}']")
        one_sentence(card.get_by_role("alert"), name)
        expect(card).to_contain_text("Refused")
        card.get_by_role("button", name="Dismiss").click()
        page.get_by_role("heading", name="No videos yet").wait_for()
        page.locator("#v-add-videos").click()
        driving.field(page, "v-videos-path").fill(str(tmp_path / name))
        driving.press(page, "v-videos-add")
        one_sentence(page.locator(".v-msg[data-sheet='videos']:not([hidden])", has_text=name))
        page.keyboard.press("Escape")
    assert driving.fetched(page, f"projects/{project}")["videos"] == []
    assert kept_files(server.data) == before
    assert all(error.startswith(REFUSED) for error in watched.errors)


def test_a_json_that_is_not_youtube_vis_is_refused(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    project = driving.new_project(page, server.address, name="refused imports", categories="fish")
    before = kept_files(server.data)
    for kind, content in NOT_VIS.items():
        (tmp_path / f"{kind}.json").write_text(content)
        page.goto(f"{server.address}exchange/?project={project}")
        page.locator("#v-import-file input[type=file]").set_input_files(str(tmp_path / f"{kind}.json"))
        page.locator("#v-import-file").get_by_text(kind, exact=False).first.wait_for()
        driving.field(page, "v-import-frames").fill(str(tmp_path))
        driving.press(page, "v-import-start")
        alert = page.locator("[data-job][data-status='failed']").get_by_role("alert").filter(has_text=f"{kind}.json")
        one_sentence(alert, "JSON" if kind == "text" else "YouTube-VIS")
    facts = driving.fetched(page, f"projects/{project}")
    assert facts["videos"] == [] and [found["name"] for found in facts["categories"]] == ["fish"]
    assert kept_files(server.data) == before
    assert watched.errors == []


def test_a_project_is_not_made_from_a_file_without_categories(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    (tmp_path / "notes.json").write_text(NOT_VIS["object"])
    page.goto(f"{server.address}?sheet=project")
    driving.field(page, "v-project-name").fill("from a file")
    page.locator("#v-project-source").get_by_text("From a file").click()
    page.locator("#v-project-file input[type=file]").set_input_files(str(tmp_path / "notes.json"))
    page.locator("#v-project-file").get_by_text("notes").first.wait_for()
    driving.press(page, "v-project-make")
    one_sentence(page.locator(".v-msg[data-sheet='project']:not([hidden])"), "notes.json", "YouTube-VIS")
    names = [project["name"] for project in driving.fetched(page, "projects")["projects"]]
    assert "from a file" not in names
    assert watched.errors == []


def test_a_file_that_is_no_checkpoint_is_refused(
    page: Page, server: RunningServer, watched: Watch, tmp_path: Path
) -> None:
    (tmp_path / "weights.safetensors").write_text("no weights at all")
    project = driving.new_project(page, server.address, name="refused weights", categories="fish")
    before = kept_files(server.data)
    page.goto(f"{server.address}models/?project={project}")
    page.locator("#v-add-checkpoint").click()
    page.locator("#v-checkpoint-file input[type=file]").set_input_files(str(tmp_path / "weights.safetensors"))
    page.locator("#v-checkpoint-file").get_by_text("weights").first.wait_for()
    driving.press(page, "v-checkpoint-add")
    failed = page.locator("[data-job][data-status='failed']")
    one_sentence(failed.get_by_role("alert"), "weights.safetensors")
    known = [found["name"] for found in driving.fetched(page, f"projects/{project}/checkpoints")["checkpoints"]]
    assert sorted(known) == ["demo", "lite"]
    assert kept_files(server.data) == before
    assert watched.errors == []
