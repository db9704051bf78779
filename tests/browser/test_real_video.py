"""The main job on a filmed video: by path, proposed, drawn, corrected, accepted, exported, and the file checked."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from storage import frames, rle, youtube_vis
from tests.browser import driving
from tests.browser.conftest import Watch
from tests.browser.driving import LONG_PATIENCE
from tests.material import material
from tests.serving import RunningServer

FRAMES, WIDTH, HEIGHT = 289, 1280, 720
DRAWN_ON = 100


@pytest.fixture(scope="module")
def dog() -> Path:
    return material("data/clips/01_dog.mp4")


def test_a_filmed_video_is_proposed_corrected_and_exported(
    page: Page, server: RunningServer, watched: Watch, dog: Path, tmp_path: Path
) -> None:
    project = driving.new_project(page, server.address, name="one dog", categories="dog")
    video = add_by_path(page, dog)
    driving.open_review(page, server.address, project=project, video=video, frame=DRAWN_ON)
    assert driving.state(page, "frame") == DRAWN_ON
    propose_some_windows(page)
    number = draw_and_correct(page, video)
    drawn = driving.stored_mask(page, video, track=number, frame=DRAWN_ON)
    assert int(drawn.sum()) == driving.mask_area(page, number, DRAWN_ON)
    row = driving.stored_tracks(page, video)[number]["rows"][DRAWN_ON]
    assert (row["source"], row["review"]) == ("drawn", "corrected")
    out = tmp_path / "dog export"
    page.goto(f"{server.address}exchange/?project={project}")
    page.get_by_text("Only reviewed masks").click()
    driving.field(page, "v-export-out").fill(str(out))
    driving.press(page, "v-export-start")
    page.locator("[data-job][data-status='done']", has_text="Export").wait_for(timeout=LONG_PATIENCE)
    check_file(out, dog, drawn)
    assert watched.errors == []


def add_by_path(page: Page, path: Path) -> str:
    """Add a video of this machine to the project of the page by its path; returns its id."""
    page.locator("#v-add-videos").click()
    driving.field(page, "v-videos-path").fill(str(path))
    driving.press(page, "v-videos-add")
    card = page.locator("a.v-vc[data-video]")
    card.wait_for()
    video = str(card.get_attribute("data-video"))
    facts = driving.fetched(page, f"videos/{video}")
    assert (facts["count"], facts["confirmed"]) == (FRAMES, FRAMES)
    assert (facts["width"], facts["height"]) == (WIDTH, HEIGHT)
    return video


def propose_some_windows(page: Page) -> None:
    """Propose, and cancel once the first windows are done: the whole run takes minutes on a slow machine."""
    driving.propose(page)
    page.wait_for_function(
        "window.editor.state.jobs.some((job) => job.kind === 'propose' && /frame [1-9]/.test(job.message))",
        timeout=LONG_PATIENCE,
    )
    page.get_by_label("Cancel proposing").click()
    job = driving.ended_job(page, "propose")
    assert job["status"] in {"cancelled", "done"}, job["error"]
    page.get_by_role("button", name="Propose", exact=True).wait_for()


def draw_and_correct(page: Page, video: str) -> int:
    """A new dog drawn with the brush, part of it erased; returns the number of its track."""
    before = set(driving.stored_tracks(page, video))
    page.keyboard.press("n")
    page.get_by_role("dialog", name="Category of the new track").get_by_role("menuitem", name="dog").click()
    driving.brush_size(page, 80)
    driving.stroke(page, (500, 300), (700, 320), (760, 420))
    (number,) = set(driving.stored_tracks(page, video)) - before
    whole = driving.mask_area(page, number, DRAWN_ON)
    page.keyboard.press("Shift+E")
    driving.brush_size(page, 30)
    driving.stroke(page, (600, 240), (600, 380))
    assert 0 < driving.mask_area(page, number, DRAWN_ON) < whole
    page.keyboard.press("a")
    driving.saved(page)
    return number


def check_file(out: Path, source: Path, drawn: np.ndarray) -> None:
    """The one frame in which a person said what is there, its picture, and exactly the mask that was drawn."""
    dataset = youtube_vis.read_dataset(out / "instances.json")
    (video,) = dataset.videos
    assert (video.length, video.width, video.height) == (1, WIDTH, HEIGHT)
    assert [int(Path(name).stem) for name in video.file_names] == [DRAWN_ON]
    assert len(list((out / "JPEGImages").rglob("*.jpg"))) == 1
    assert [category.name for category in dataset.categories] == ["dog"]
    (track,) = dataset.tracks
    (found,) = track.segmentations
    assert found is not None and np.array_equal(rle.decode(found), drawn)
    with frames.open_reader(frames.index(source)) as reader:
        decoded = {k: pixels for k, pixels in reader.read_range(0, FRAMES) if abs(k - DRAWN_ON) <= 1}
    written = cv2.imread(str(out / "JPEGImages" / video.file_names[0]))
    assert written is not None
    apart = {k: np.abs(written[..., ::-1].astype(int) - pixels.astype(int)).mean() for k, pixels in decoded.items()}
    assert apart[DRAWN_ON] < 6 and min(apart, key=lambda k: apart[k]) == DRAWN_ON
