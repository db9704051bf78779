"""What comes in other than it stands in the file is noted with its place; nothing becomes absent that is unknown."""

from pathlib import Path

import pytest

from storage import tracks
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene

BOXES_AS_POLYGONS = [[[4, 5, 14, 15]], [[4, 5]], [[4, 5, 14, 5, 14, 15]]]


def states(exchange: ExchangeScene) -> list[dict[int, str]]:
    """By track of the first video, the state of each frame that has one."""
    [video, *_] = exchange.videos()
    with exchange.database.read() as tx:
        found: dict[str, dict[int, str]] = {track.id: {} for track in tracks.list_tracks(tx, video.id)}
        for row in tracks.rows(tx, video.id):
            found[row.track_id][row.frame] = row.state
    return list(found.values())


def test_boxes_as_polygons_are_unknown_and_counted(exchange: ExchangeScene, tmp_path: Path) -> None:
    top = content()
    top["annotations"][0]["segmentations"] = BOXES_AS_POLYGONS
    top["annotations"][1]["segmentations"][1] = None
    done = exchange.bring_content(top, tmp_path)
    assert states(exchange) == [{2: "present"}, {0: "present", 1: "absent", 2: "present"}]
    file = tmp_path / "in.json"
    assert done.notes[0].startswith(f"{file}: annotations[0].segmentations[0]: has a polygon of 2 points")
    assert done.notes[1].startswith(f"{file}: annotations[0].segmentations[1]: has a polygon of 1 point ")
    assert done.masks == 1 + 2 + 6


def test_many_notes_of_a_kind_are_counted(exchange: ExchangeScene, tmp_path: Path) -> None:
    top = content()
    for track in top["annotations"]:
        track["bboxes"] = [[4, 5, 60, 47]] * 3
        track["id"] = str(track["id"])
    done = exchange.bring_content(top, tmp_path)
    assert len(done.notes) == 8
    assert "9 more of the kind 'box of something else', 12 in all." in done.notes
    assert "1 more of the kind 'number in text', 4 in all." in done.notes
    assert done.as_json()["notes"] == done.notes


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_a_file_in_utf_16_comes_in(exchange: ExchangeScene, tmp_path: Path, encoding: str) -> None:
    write_pictures(tmp_path / "frames")
    file = write(tmp_path / "in.json", content())
    file.write_bytes(file.read_text().encode(encoding))
    done = exchange.bring(file, tmp_path / "frames")
    assert done.masks == 12 and len(done.notes) == (encoding == "utf-16")


def test_names_of_windows_are_stored_as_they_are_found(exchange: ExchangeScene, tmp_path: Path) -> None:
    top = content()
    for video in top["videos"]:
        video["file_names"] = [name.replace("/", "\\").replace(".png", ".jpg") for name in video["file_names"]]
    done = exchange.bring_content(top, tmp_path)
    [video, _] = exchange.videos()
    assert video.name == "va" and list(video.file_names or ()) == [f"va/{k:05d}.png" for k in range(3)]
    assert any("is taken for va/00000.jpg" in note for note in done.notes)
    assert any("is va/00000.png on the disk" in note for note in done.notes)


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (("dog_0.png", "dog_1.png", "dog_2.png"), "dog"),
        (("0.png", "1.png", "2.png"), "video 1"),
        (("a0.png", "b1.png", "c2.png"), "video 1"),
    ],
)
def test_a_video_of_flat_names_is_called_by_what_stands_before_the_numbers(
    exchange: ExchangeScene, tmp_path: Path, names: tuple[str, ...], called: str
) -> None:
    write_pictures(tmp_path / "frames", ["va"])
    for k, name in enumerate(names):
        (tmp_path / "frames" / "va" / f"{k:05d}.png").rename(tmp_path / "frames" / name)
    top = content(["va"])
    top["videos"][0]["file_names"] = list(names)
    assert exchange.bring(write(tmp_path / "in.json", top), tmp_path / "frames").videos == (called,)
