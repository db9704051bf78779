"""Sorting tracks by look-alike over HTTP, on a video of squares in several colours."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.library.videos import add_video
from app.settings import Settings
from app.web.routes import look_alikes
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import edit, new_track, square
from tests.app.web.requests import draw, get, send

COLOURS = {"red": (220, 30, 30), "blue": (30, 40, 220), "red again": (210, 40, 35), "blue again": (40, 50, 210)}
SIZE = (160, 48)


@pytest.fixture
def squares(client: TestClient, database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    """A video whose frames show one square of each colour, side by side."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    for index, colour in enumerate(COLOURS.values()):
        pixels[12:36, 8 + 40 * index : 32 + 40 * index] = colour
    path = tmp_path / "squares.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = SIZE[0], SIZE[1], "yuv420p"
        for _ in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return add_video(database, settings, project_id=project.id, path=path)


@pytest.fixture
def tracks(client: TestClient, squares: Video) -> dict[str, str]:
    """Id of the track of each square, by the name of its colour."""
    masks = {name: square(8 + 40 * index, 12, 24, SIZE) for index, name in enumerate(COLOURS)}
    return {name: draw(client, squares, {1: mask}, name=name)[0] for name, mask in masks.items()}


def compare(client: TestClient, project: Project) -> int:
    answer = client.post(f"/data/projects/{project.id}/tracks/compare")
    assert answer.status_code == 200, answer.text
    return int(answer.json()["left"])


def names(client: TestClient, project: Project, like: str, more: str = "") -> list[Any]:
    return [track["name"] for track in get(client, f"projects/{project.id}/tracks?like={like}{more}")["tracks"]]


def test_tracks_of_the_same_colour_come_first(client: TestClient, project: Project, tracks: dict[str, str]) -> None:
    assert names(client, project, tracks["blue"]) == list(COLOURS)
    assert compare(client, project) == 0
    assert names(client, project, tracks["blue"])[:2] == ["blue", "blue again"]
    assert names(client, project, tracks["red again"])[:2] == ["red again", "red"]
    assert names(client, project, tracks["blue"], "&start=1&stop=2") == ["blue again"]
    assert names(client, project, tracks["blue"], "&text=red") == names(client, project, tracks["blue"])[2:]
    ids = get(client, f"projects/{project.id}/track-ids?like={tracks['blue']}")["tracks"]
    assert ids[:2] == [tracks["blue"], tracks["blue again"]]
    assert names(client, project, "none") == list(COLOURS)


def test_a_few_are_computed_at_a_time(
    client: TestClient, project: Project, tracks: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_alikes, "AT_ONCE", 3)
    assert [compare(client, project) for _ in range(3)] == [1, 0, 0]


def test_a_request_ends_after_its_time_with_the_frame_at_which_it_is(
    client: TestClient, project: Project, squares: Video, tracks: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for frame in (0, 2, 3):
        draw(client, squares, {frame: square(8, 12, 24, SIZE)})
    monkeypatch.setattr(look_alikes, "SECONDS", -1.0)
    # In the order of their frames: one, the four squares, one, one.
    assert [compare(client, project) for _ in range(5)] == [6, 2, 1, 0, 0]


def test_a_frame_is_decoded_once_for_all_its_tracks(
    client: TestClient, project: Project, tracks: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decode, sizes = look_alikes.decoded, list[int]()
    monkeypatch.setattr(look_alikes, "decoded", lambda jpeg: sizes.append(len(jpeg)) or decode(jpeg))
    assert compare(client, project) == 0 and len(sizes) == 1


def test_tracks_whose_source_is_gone_come_last(
    client: TestClient, project: Project, squares: Video, video: Video, tracks: dict[str, str]
) -> None:
    gone, _ = draw(client, video, {1: square(1, 1)}, name="gone")
    Path(video.path).unlink()
    assert compare(client, project) == 0
    assert names(client, project, tracks["red"])[-1] == "gone"
    assert names(client, project, gone)[0] is not None


def test_the_mistake_of_one_track_is_likely_of_those_that_look_like_it(
    client: TestClient, project: Project, squares: Video, tracks: dict[str, str]
) -> None:
    def alike(name: str, more: str = "") -> list[Any]:
        found = get(client, f"projects/{project.id}/alike-tracks?like={tracks[name]}{more}")["tracks"]
        return [other for one in found for other, track in tracks.items() if track == one]

    assert alike("red") == [], "no look is known yet"
    tracks["small red"] = draw(client, squares, {1: square(14, 18, 12, SIZE)}, name="small red")[0]
    tracks["unsure red"] = draw(client, squares, {1: square(9, 13, 22, SIZE)}, name="unsure red", score=0.2)[0]
    tracks["sure red"] = draw(client, squares, {1: square(9, 13, 22, SIZE)}, name="sure red", score=0.9)[0]
    assert compare(client, project) == 0
    assert set(alike("red")) == {"red again", "unsure red", "sure red"}, "unknown scores say nothing"
    assert alike("unsure red", "&text=red") == alike("unsure red") and "sure red" not in alike("unsure red")
    assert alike("blue") == ["blue again"] and alike("blue", "&text=red") == []
    assert alike("blue", "&untouched=true") == [], "these were drawn"


def test_after_a_correction_those_with_the_same_deviation_are_likely(
    client: TestClient, project: Project, squares: Video, tracks: dict[str, str]
) -> None:
    wide, exact = square(7, 11, 26, SIZE), square(8, 12, 24, SIZE)
    like, made = new_track(None, {1: wide, 2: wide})
    for change in made[1:]:
        change["after"] |= {"source": "imported", "review": "unreviewed"}
    [first] = send(client, squares, edit(made, kind="import"))
    mended = {"track": like, "frame": 1, "before_version": first["number"], "after": {"rle": exact}}
    send(client, squares, edit([mended]))
    grown = draw(client, squares, {1: square(87, 11, 26, SIZE)}, name="grown")[0]
    assert compare(client, project) == 0

    def alike(frame: int) -> Any:
        return get(client, f"projects/{project.id}/alike-tracks?like={like}&corrected={frame}")

    assert alike(1) == {"tracks": [grown], "compared": True}, "the exact masks have nothing of what was mended"
    assert {grown, tracks["red again"]} <= set(alike(2)["tracks"]), "frame 2 is as the machine drew it"
    assert not alike(2)["compared"]
    assert client.get(f"/data/projects/{project.id}/alike-tracks?like={like}&corrected=-1").status_code == 400


def test_an_unknown_project_is_not_found(client: TestClient) -> None:
    assert client.post("/data/projects/none/tracks/compare").status_code == 404
