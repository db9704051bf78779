"""A file that comes again is recognised video by video; skipped, replaced or imported once more only on request."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.exchange.importing import Imported
from app.exchange.repeats import CHOICES, ImportedAlready
from storage import tracks, videos
from storage.videos import Video
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with, video_in


@pytest.fixture
def bring(exchange: ExchangeScene, tmp_path: Path) -> Any:
    """A function that imports a content whose pictures lie below the temporary folder."""
    write_pictures(tmp_path / "frames")

    def imported(top: dict[str, Any] | None = None, **more: Any) -> Imported:
        file = write(tmp_path / "in.json", content() if top is None else top)
        return exchange.bring(file, more.pop("frames", tmp_path / "frames"), **more)

    return imported


def masks_of(exchange: ExchangeScene, video: Video) -> int:
    with exchange.database.read() as tx:
        return sum(row.hash is not None for row in tracks.rows(tx, video.id))


def test_the_same_file_again_is_refused_with_the_choices(exchange: ExchangeScene, bring: Any) -> None:
    bring()
    with pytest.raises(ImportedAlready) as caught:
        bring()
    sentence = str(caught.value)
    assert sentence.startswith("in.json: all videos of it came into this project by an import already (va, vb).")
    assert all(f"--{choice}" in sentence for choice in CHOICES)
    assert caught.value.kind == "imported_already" and "--" not in caught.value.what
    assert [video.name for video in exchange.videos()] == ["va", "vb"]


def test_skipping_changes_nothing(exchange: ExchangeScene, bring: Any) -> None:
    bring()
    before = exchange.videos()
    done = bring(repeat="skip")
    assert (done.videos, done.tracks, done.masks, done.skipped) == ((), 0, 0, ())
    assert done.notes == (
        *("video 1: va is here already and stays as it is.", "video 2: vb is here already and stays as it is."),
    )
    assert exchange.videos() == before


def test_again_imports_once_more(exchange: ExchangeScene, bring: Any) -> None:
    bring()
    assert bring(repeat="again").videos == ("va 2", "vb 2")
    assert len(exchange.videos()) == 4


def test_replacing_removes_the_earlier_ones_so_that_they_can_be_restored(exchange: ExchangeScene, bring: Any) -> None:
    bring()
    before = {video.id for video in exchange.videos()}
    done = bring(repeat="replace")
    assert done.videos == ("va", "vb")
    now = exchange.videos()
    assert [video.name for video in now] == ["va", "vb"] and not before & {video.id for video in now}
    assert [masks_of(exchange, video) for video in now] == [6, 6]
    gone = [video for video in exchange.videos(removed=True) if video.removed is not None]
    assert {video.id for video in gone} == before and [masks_of(exchange, video) for video in gone] == [6, 6]
    assert "can be restored" in done.notes[0]


@pytest.mark.parametrize("repeat", CHOICES)
def test_every_choice_is_free_where_nothing_is_repeated(bring: Any, repeat: Any) -> None:
    assert bring(repeat=repeat).videos == ("va", "vb")


def test_after_a_repair_of_one_videos_tracks_all_are_recognised(bring: Any) -> None:
    bring()
    top = content()
    top["annotations"][0]["segmentations"][1] = None
    with pytest.raises(ImportedAlready, match=r"\(va, vb\); 1 of them had other tracks then"):
        bring(top)
    assert "has other tracks" in bring(top, repeat="skip").notes[0]


def test_after_a_repair_of_one_videos_pictures_the_others_are_recognised(
    exchange: ExchangeScene, bring: Any, tmp_path: Path
) -> None:
    picture = tmp_path / "frames" / "vb" / "00001.png"
    sound = picture.read_bytes()
    picture.unlink()
    assert bring().videos == ("va",)
    picture.write_bytes(sound)
    with pytest.raises(ImportedAlready, match=r"1 of 2 videos of it .*\(va\)"):
        bring()
    assert bring(repeat="skip").videos == ("vb",)
    assert sorted(video.name for video in exchange.videos()) == ["va", "vb"]


def test_a_picture_that_was_drawn_anew_is_the_same_source(bring: Any, tmp_path: Path) -> None:
    bring()
    Image.new("RGB", (64, 48)).save(tmp_path / "frames" / "va" / "00000.png")
    with pytest.raises(ImportedAlready, match=r"all videos of it .*\(va, vb\)"):
        bring()


def test_a_copy_of_the_pictures_elsewhere_is_the_same_content(bring: Any, tmp_path: Path) -> None:
    bring()
    write_pictures(tmp_path / "copy")
    with pytest.raises(ImportedAlready):
        bring(frames=tmp_path / "copy")


def test_the_same_names_with_other_pictures_elsewhere_are_another_video(bring: Any, tmp_path: Path) -> None:
    bring()
    write_pictures(tmp_path / "others", ("x", "y", "va", "vb"))
    assert bring(frames=tmp_path / "others").videos == ("va 2", "vb 2")


def test_a_second_file_over_one_of_the_videos_names_it(bring: Any) -> None:
    bring(content(("va",)))
    with pytest.raises(ImportedAlready, match=r"1 of 2 videos of it .*\(va\)"):
        bring()


def test_a_file_of_one_video_speaks_of_one(bring: Any) -> None:
    bring(content(("va",)))
    with pytest.raises(ImportedAlready, match=r"in\.json: the video of it came into this project"):
        bring(content(("va",)))


def test_other_projects_and_removed_and_uploaded_videos_do_not_count(
    exchange: ExchangeScene, bring: Any, tmp_path: Path
) -> None:
    video_in(exchange.database, exchange.settings, exchange.project, tmp_path)
    bring()
    other = replace(exchange, project=project_with(exchange.database, name="other")[0])
    assert other.bring(tmp_path / "in.json", tmp_path / "frames").videos == ("va", "vb")
    with exchange.database.atomic() as tx:
        for video in exchange.videos():
            videos.remove_video(tx, video.id)
    assert bring().videos == ("va", "vb")


def test_many_names_are_cut(bring: Any, tmp_path: Path) -> None:
    names = [f"v{k}" for k in range(8)]
    write_pictures(tmp_path / "many", names)
    bring(content(names), frames=tmp_path / "many")
    with pytest.raises(ImportedAlready, match=r"\(v0, v1, v2, v3, v4 and 3 more\)"):
        bring(content(names), frames=tmp_path / "many")


def test_what_stands_around_the_tracks_does_not_make_them_others(bring: Any, tmp_path: Path) -> None:
    bring()
    top = content()
    top["info"] = {"description": "anew"}
    with pytest.raises(ImportedAlready) as caught:
        bring(json.loads(json.dumps(top)))
    assert "other tracks" not in str(caught.value)
