"""Export: what leaves and what does not; and an import that leaves as the same ids, foreign keys and bytes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import BadInput, Cancelled
from app.exchange.exporting import Exported
from app.library.counting import frame_index
from storage import tracks
from storage.frames import FrameReader, SourceMissing
from storage.jobs import JobOver
from storage.youtube_vis import read_dataset
from tests.app.exchange.scene import ExchangeScene, foreign
from tests.app.made import project_with, square
from tests.material import material


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def format_bytes(folder: Path) -> dict[str, bytes]:
    """The files of the format: who judged the masks, and in which project, is no part of it and does not come back."""
    found = content(folder)
    assert found.pop("states.json") and found.pop("provenance.json")
    return found


def test_only_what_is_not_rejected_and_has_a_category_leaves(worked: ExchangeScene, tmp_path: Path) -> None:
    done = worked.export(tmp_path / "out")
    assert (done.videos, done.tracks, done.masks) == (1, 1, 2)
    assert any(sentence == "1 track without a category stays here." for sentence in done.left_out)
    found = read_dataset(tmp_path / "out" / "instances.json")
    [track] = found.tracks
    assert track.segmentations == (square(0, 4), square(1, 4), None), "frame 2 is absent, the others are unknown"
    assert [(c.id, c.name, c.supercategory) for c in found.categories] == [(1, "dog", "object")]
    [video] = found.videos
    assert video.file_names == ("clip/00000.jpg", "clip/00001.jpg", "clip/00002.jpg")
    assert len(list((tmp_path / "out" / "JPEGImages" / "clip").iterdir())) == 3
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_an_export_is_ready_when_all_is_written_and_before_its_folder_has_its_name(
    worked: ExchangeScene, tmp_path: Path
) -> None:
    out, seen = tmp_path / "out", list[Exported]()

    def ready(done: Exported) -> None:
        [part] = tmp_path.glob(".out.*")
        assert not out.exists() and (part / "instances.json").is_file() and len(list(part.rglob("*.jpg"))) == 3
        seen.append(done)

    assert [worked.export(out, ready=ready)] == seen

    def refuse(done: Exported) -> None:
        raise JobOver("it was given up")

    with pytest.raises(JobOver):
        worked.export(tmp_path / "other", ready=refuse)
    assert not list(tmp_path.glob("*other*"))


def test_an_export_comes_back_the_same_and_leaves_as_the_same_bytes(
    exchange: ExchangeScene, worked: ExchangeScene, tmp_path: Path
) -> None:
    worked.export(tmp_path / "first")
    exchange.bring(tmp_path / "first" / "instances.json", tmp_path / "first")
    exchange.export(tmp_path / "second")
    assert format_bytes(tmp_path / "first") == format_bytes(tmp_path / "second")


def test_ids_nulls_names_and_foreign_keys_survive(exchange: ExchangeScene, tmp_path: Path) -> None:
    file = foreign(tmp_path / "source")
    done = exchange.bring(file, tmp_path / "source" / "JPEGImages")
    assert done.skipped == () and len(done.videos) == 2
    exchange.export(tmp_path / "out")
    before, after = read_dataset(file), read_dataset(tmp_path / "out" / "instances.json")
    assert after.videos == before.videos
    assert {category.id: category for category in after.categories} == {c.id: c for c in before.categories}
    assert {track.id: track for track in after.tracks} == {track.id: track for track in before.tracks}
    assert (after.info, after.licenses, after.extra) == (before.info, before.licenses, before.extra)
    for name in before.videos[0].file_names:
        assert (tmp_path / "out" / "JPEGImages" / name).read_bytes() == (
            tmp_path / "source" / "JPEGImages" / name
        ).read_bytes()


def test_a_cancelled_import_or_export_leaves_nothing(
    exchange: ExchangeScene, worked: ExchangeScene, tmp_path: Path
) -> None:
    file = foreign(tmp_path / "source")
    with pytest.raises(Cancelled):
        exchange.bring(file, tmp_path / "source", cancelled=lambda: True)
    assert exchange.videos() == ()
    folder = tmp_path / "exports"
    with pytest.raises(Cancelled):
        worked.export(folder / "out", cancelled=lambda: True)
    assert list(folder.iterdir()) == []


def test_only_reviewed_masks_leave_when_asked(exchange: ExchangeScene, tmp_path: Path) -> None:
    exchange.bring(foreign(tmp_path / "source"), tmp_path / "source")
    with exchange.database.read() as tx:
        rows = [row for row in tracks.rows(tx, exchange.videos()[0].id) if row.frame == 2]
    accepted = [{"track": row.track_id, "frame": 2, "before_version": row.version} for row in rows]
    after = {"after": {"review": "accepted"}}
    exchange.change(exchange.videos()[0], [{**change, **after} for change in accepted[1:]])
    with pytest.raises(BadInput, match="Nothing is left to export"):
        exchange.export(tmp_path / "out", reviewed_only=True)
    exchange.change(exchange.videos()[0], [{**accepted[0], **after}])
    done = exchange.export(tmp_path / "out", reviewed_only=True)
    present = sum(row.state == "present" for row in rows)
    assert (done.tracks, done.masks, done.videos) == (present, present, 1)
    assert read_dataset(tmp_path / "out" / "instances.json").videos[0].length == 1


def test_a_stride_keeps_every_so_many_frames(worked: ExchangeScene, tmp_path: Path) -> None:
    worked.export(tmp_path / "out", stride=5)
    found = read_dataset(tmp_path / "out" / "instances.json")
    assert found.videos[0].file_names == ("clip/00000.jpg",), "what is on the others, nobody said"
    assert [mask is not None for mask in found.tracks[0].segmentations] == [True]


def test_frames_of_a_video_file_leave_as_jpeg_exactly_as_png_or_not_at_all(
    worked: ExchangeScene, tmp_path: Path
) -> None:
    [video] = [one for one in worked.videos() if one.name == "clip"]
    worked.export(tmp_path / "jpg")
    _, exact = worked.exported(tmp_path / "png", pictures="png")
    assert exact["videos"][0]["file_names"] == [f"clip/{k:05d}.png" for k in range(3)]
    with FrameReader(frame_index(video)) as reader:
        for k in range(3):
            saved = Image.open(tmp_path / "png" / "JPEGImages" / "clip" / f"{k:05d}.png")
            assert saved.format == "PNG" and np.array_equal(np.asarray(saved), reader.read(k))
    worked.export(tmp_path / "none", pictures="none")
    assert sorted(content(tmp_path / "none")) == ["instances.json", "provenance.json", "states.json"]
    assert (tmp_path / "none" / "instances.json").read_bytes() == (tmp_path / "jpg" / "instances.json").read_bytes()
    with pytest.raises(BadInput, match="Pictures are jpg, png, none"):
        worked.export(tmp_path / "bmp", pictures="bmp")


def test_an_export_never_writes_over_a_folder(worked: ExchangeScene, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(BadInput, match="already there"):
        worked.export(tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "keep"
    for wrong in ({"version": "1999"}, {"stride": 0}):
        with pytest.raises(BadInput):
            worked.export(tmp_path / "new", **wrong)


def test_an_export_without_the_source_of_a_video_is_refused_whole(worked: ExchangeScene, tmp_path: Path) -> None:
    Path(worked.videos()[0].path).unlink()
    with pytest.raises(SourceMissing):
        worked.export(tmp_path / "exports" / "out")
    assert list((tmp_path / "exports").iterdir()) == []


def test_an_empty_project_has_nothing_to_export(exchange: ExchangeScene, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no video"):
        exchange.export(tmp_path / "out")


def test_a_real_data_set_makes_the_round_trip(exchange: ExchangeScene, tmp_path: Path) -> None:
    folder = material("data/annotated/pumavos_caps")
    file = folder / "instances_keyframes.json"
    done = exchange.bring(file, folder / "JPEGImages")
    assert done.skipped == ()
    exchange.export(tmp_path / "first")
    before, after = read_dataset(file), read_dataset(tmp_path / "first" / "instances.json")
    assert {t.id: t.segmentations for t in after.tracks} == {t.id: t.segmentations for t in before.tracks}
    again = replace(exchange, project=project_with(exchange.database, name="again")[0])
    again.bring(tmp_path / "first" / "instances.json", tmp_path / "first" / "JPEGImages")
    again.export(tmp_path / "second")
    assert format_bytes(tmp_path / "first") == format_bytes(tmp_path / "second")
