"""A source that changed or vanished: said in the video's facts and in the library, and pointed elsewhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.library.sources import glance
from app.web import wire
from storage import videos
from storage.database import Database
from storage.frames import Gap
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, square
from tests.app.web.requests import draw, get
from tests.storage.made_videos import make_jpeg_video, make_video


def facts(client: TestClient, video: Video) -> dict[str, Any]:
    return dict(get(client, f"videos/{video.id}"))


def listed(client: TestClient, video: Video) -> dict[str, Any]:
    (found,) = get(client, f"projects/{video.project_id}")["videos"]
    assert found["id"] == video.id
    return dict(found)


def test_the_facts_say_where_the_video_is_and_what_is_known_of_its_frames(client: TestClient, video: Video) -> None:
    found = facts(client, video)
    assert (found["path"], found["kind"], found["problem"]) == (video.path, "video", None)
    assert (found["count"], found["confirmed"], found["partial"]) == (FRAMES, FRAMES, False)
    assert len(found["pts"]) == FRAMES
    assert (found["gaps"], found["cuts"], found["damage"]) == ([], [], [])
    assert found["siblings"] == [{"id": video.id, "name": video.name}]


def test_gaps_are_sent_with_their_reason_and_times(
    client: TestClient, database: Database, project: Project, tmp_path: Path
) -> None:
    path = make_jpeg_video(tmp_path / "holes.avi", [(32, 24)] * 5 + [None] + [(32, 24)] * 5)
    answer = client.post(f"/data/projects/{project.id}/videos", json={"path": str(path)}).json()
    with database.read() as tx:
        video = videos.get_video(tx, answer["video"]["id"])
    (gap,) = facts(client, video)["gaps"]
    assert gap["after"] == 4
    assert "did not decode" in gap["reason"]
    assert gap["start"] is not None and gap["end"] is not None


def test_a_gap_whose_time_is_not_known_says_so() -> None:
    sent = wire.gap(Gap(after=3, start_pts=None, end_pts=None, reason="the file breaks off"))
    assert sent == {"after": 3, "reason": "the file breaks off", "start": None, "end": None}


def test_cuts_are_sent(client: TestClient, video: Video, database: Database) -> None:
    with database.atomic() as tx:
        videos.set_cuts(tx, video.id, [7, 3], start=0, stop=FRAMES)
    assert facts(client, video)["cuts"] == [3, 7]


def test_a_vanished_source_is_said_in_the_facts_and_in_the_library(client: TestClient, video: Video) -> None:
    assert listed(client, video)["problem"] is None
    Path(video.path).unlink()
    assert video.path in facts(client, video)["problem"]
    assert video.path in listed(client, video)["problem"]


def test_a_changed_source_is_said_in_the_facts_and_in_the_library(client: TestClient, video: Video) -> None:
    make_video(Path(video.path), frames=40)
    assert "is not the video it was" in facts(client, video)["problem"]
    assert "another file" in listed(client, video)["problem"]


def test_a_folder_of_pictures_is_only_looked_for(video: Video, tmp_path: Path) -> None:
    folder = replace(video, kind="images", path=str(tmp_path))
    assert glance(folder) is None
    assert str(tmp_path / "no") in str(glance(replace(folder, path=str(tmp_path / "no"))))


def test_a_video_that_moved_is_pointed_to_and_keeps_its_masks(client: TestClient, video: Video) -> None:
    draw(client, video, {3: square(5, 5)})
    picture = client.get(f"/data/videos/{video.id}/frames/8.jpg").content
    moved = Path(video.path).rename(Path(video.path).with_name("moved.mp4"))
    assert client.get(f"/data/videos/{video.id}/frames/9.jpg").status_code == 400
    answer = client.post(f"/data/videos/{video.id}/source", json={"path": str(moved)})
    assert answer.status_code == 200, answer.text
    found = facts(client, video)
    assert (found["path"], found["problem"]) == (str(moved), None)
    assert client.get(f"/data/videos/{video.id}/frames/9.jpg").status_code == 200
    assert client.get(f"/data/videos/{video.id}/frames/8.jpg").content == picture
    (track,) = client.get(f"/data/videos/{video.id}/tracks").json()["tracks"]
    assert [row[0] for row in track["rows"]] == [3]


@pytest.mark.parametrize("wrong", ["other", "nothing", "empty"])
def test_another_video_is_refused_with_what_differs(
    client: TestClient, video: Video, tmp_path: Path, wrong: str
) -> None:
    other = make_video(tmp_path / "other.mp4", frames=5)
    path = {"other": str(other), "nothing": str(tmp_path / "nothing.mp4"), "empty": ""}[wrong]
    answer = client.post(f"/data/videos/{video.id}/source", json={"path": path})
    assert answer.status_code in {400, 422}
    said = answer.json()["error"]
    assert said.endswith(".")
    if wrong == "other":
        assert f"5 frames instead of {FRAMES}" in said
    assert facts(client, video)["path"] == video.path


def test_a_refusal_says_beside_its_sentence_whether_only_the_pixels_differ(
    client: TestClient, video: Video, tmp_path: Path
) -> None:
    again = make_video(tmp_path / "again.mp4", frames=FRAMES, options={"crf": "45"})
    longer = make_video(tmp_path / "longer.mp4", frames=FRAMES + 1)
    answers = [client.post(f"/data/videos/{video.id}/source", json={"path": str(path)}) for path in (again, longer)]
    assert [(answer.status_code, answer.json().get("kind")) for answer in answers] == [
        (400, "other_pixels"),
        (400, None),
    ]
    assert "frame 0 shows another picture" in answers[0].json()["error"]
    asked = {"path": str(again), "other_pixels": True}
    assert client.post(f"/data/videos/{video.id}/source", json=asked).status_code == 200
    assert facts(client, video)["path"] == str(again)


def test_after_a_move_no_decoder_holds_the_file_from_before(
    client: TestClient, video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go: list[str] = []
    context = client.app.state.context  # type: ignore[attr-defined]
    monkeypatch.setattr(context.frames, "release", let_go.append)
    again = make_video(tmp_path / "again.mp4", frames=FRAMES, options={"crf": "45"})
    client.post(f"/data/videos/{video.id}/source", json={"path": str(again)})
    assert let_go == [], "nothing moved"
    client.post(f"/data/videos/{video.id}/source", json={"path": str(again), "other_pixels": True})
    assert let_go == [video.content_hash]


def test_the_number_of_removed_videos_is_that_of_the_project(client: TestClient, video: Video) -> None:
    def removed() -> tuple[int, int]:
        found = client.get(f"/data/projects/{video.project_id}").json()
        return found["removed"], len(found["videos"])

    assert removed() == (0, 1)
    assert client.post(f"/data/videos/{video.id}", json={"removed": True}).status_code == 200
    assert removed() == (1, 0)
