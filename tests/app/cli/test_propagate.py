"""The command propagate: masks of a few frames in, results with confidence and doubt out."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from storage import rle
from tests.app.command_line import Run, tiny_checkpoint
from tests.model.propagation.scenes import SIZE, Scene, iou, line, moving
from tests.storage.made_videos import make_video

COUNT = 6
SCENE = moving([line((10, 20), (4, 1), COUNT), line((60, 44), (-3, 1), COUNT)])
GONE = moving([line((10, 20), (4, 1), COUNT)])


@pytest.fixture(autouse=True)
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The same on every machine: without the weights that an installation may have."""
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path / "nothing"))


def material(folder: Path, scenes: list[Scene], *, counts: tuple[int, ...] = ()) -> tuple[Path, Path]:
    """The truth file and the folder of frames; videos 10, 20, …, tracks 1, 2, … with the truth in every frame."""
    videos, tracks = [], []
    for number, scene in enumerate(scenes):
        names = [f"v{number}/{k:05d}.png" for k in range(counts[number] if counts else COUNT)]
        (folder / "frames" / f"v{number}").mkdir(parents=True)
        for k, name in enumerate(names):
            Image.fromarray(scene.frames[k]).save(folder / "frames" / name)
        entry = {"id": 10 * (number + 1), "width": SIZE[1], "height": SIZE[0], "length": len(names)}
        videos.append({**entry, "file_names": names})
        for track in range(scene.masks.shape[1]):
            masks = [rle.encode(one[track]) if one[track].any() else None for one in scene.masks[: len(names)]]
            ids = {"id": 100 + len(tracks), "video_id": entry["id"], "category_id": 7, "iscrowd": 0}
            tracks.append({**ids, "segmentations": masks})
    truth = {"videos": videos, "categories": [{"id": 7, "name": "square"}], "annotations": tracks}
    (folder / "truth.json").write_text(json.dumps(truth))
    return folder / "truth.json", folder / "frames"


def entries(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())


def test_masks_are_spread_and_each_track_keeps_its_id(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE])
    out = tmp_path / "r.json"

    ran = run("propagate", "--truth", truth, "--frames", frames, "--from", "0,5", "--out", out, "--json")

    assert ran.code == 0 and ran.result == {
        **{"out": str(out), "videos": 1, "tracks": 2, "failed": 0, "left_out": 0, "features": False}
    }
    assert any("python3 launch.py weights" in line for line in ran.errors)
    assert [one["track_id"] for one in entries(out)] == [100, 101]
    for track, one in enumerate(entries(out)):
        assert (one["video_id"], one["category_id"]) == (10, 7) and 0 < one["score"] <= 1
        assert {len(one[key]) for key in ("segmentations", "confidence", "needs_look")} == {COUNT}
        for k in range(COUNT):
            assert iou(rle.decode(one["segmentations"][k]), SCENE.masks[k, track]) > (0.99 if k in (0, 5) else 0.8)
        assert one["confidence"][0] == one["confidence"][5] == 1.0 and not one["needs_look"][0]


def test_nothing_else_of_the_truth_is_read(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE])
    command = ("propagate", "--truth", truth, "--frames", frames, "--from", "0", "--out")
    assert run(*command, tmp_path / "a.json").code == 0
    content = json.loads(truth.read_text())
    for entry in content["annotations"]:
        entry["segmentations"][1:] = [None] * (COUNT - 1)
    truth.write_text(json.dumps(content))

    assert run(*command, tmp_path / "b.json").code == 0
    assert entries(tmp_path / "a.json") == entries(tmp_path / "b.json")


def test_a_range_includes_its_last_frame_and_leaves_out_the_others(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [GONE])

    run("propagate", "--truth", truth, "--frames", frames, "--from", "0", "--range", "1:3", "--out", tmp_path / "r")

    [one] = entries(tmp_path / "r")
    assert [mask is not None for mask in one["segmentations"]] == [True] * 4 + [False] * 2
    assert one["confidence"][4:] == [0.0, 0.0] and one["needs_look"][4:] == [True, True]


def test_a_video_without_the_frame_is_skipped_with_a_line(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE, GONE], counts=(3, COUNT))

    ran = run("propagate", "--truth", truth, "--frames", frames, "--from", "0,4", "--out", tmp_path / "r.json")

    assert ran.code == 0 and "Left out: video 10 (v0) has no annotated frame 4." in ran.errors
    assert {one["video_id"] for one in entries(tmp_path / "r.json")} == {20}


def test_without_any_such_video_the_results_are_empty(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE])

    ran = run("propagate", "--truth", truth, "--frames", frames, "--from", "9", "--out", tmp_path / "r.json", "--json")

    assert ran.code == 0 and entries(tmp_path / "r.json") == []
    assert (ran.result["videos"], ran.result["left_out"]) == (0, 1)
    assert "No video has all of these frames, so nothing is spread." in ran.errors


def test_a_track_that_no_frame_gives_has_no_mask_and_needs_a_look(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE])
    content = json.loads(truth.read_text())
    content["annotations"][1]["segmentations"] = [[[1, 1, 5, 5]], *[None] * (COUNT - 1)]
    truth.write_text(json.dumps(content))

    run("propagate", "--truth", truth, "--frames", frames, "--from", "0", "--out", tmp_path / "r.json")

    first, second = entries(tmp_path / "r.json")
    assert all(first["segmentations"])
    assert (second["track_id"], second["score"], any(second["segmentations"])) == (101, 0.0, False)
    assert second["confidence"] == [0.0] * COUNT and second["needs_look"] == [True] * COUNT


def test_frames_may_come_from_a_video_file(run: Run, tmp_path: Path) -> None:
    count = 6
    film = make_video(tmp_path / "film.mp4", frames=count, size=(64, 48))
    mask = np.zeros((48, 64), bool)
    mask[10:30, 10:40] = True
    video = {"id": 3, "width": 64, "height": 48, "length": count, "file_names": [f"x/{k}.jpg" for k in range(count)]}
    track = {"id": 8, "video_id": 3, "category_id": 1, "segmentations": [rle.encode(mask), *[None] * (count - 1)]}
    truth = {"videos": [video], "categories": [{"id": 1, "name": "thing"}], "annotations": [track]}
    (tmp_path / "t.json").write_text(json.dumps(truth))

    ran = run(
        "propagate", "--truth", tmp_path / "t.json", "--frames", film, "--from", "0", "--out", tmp_path / "r.json"
    )

    assert ran.code == 0
    [one] = entries(tmp_path / "r.json")
    assert (one["video_id"], one["track_id"], len(one["segmentations"])) == (3, 8, count)


def test_a_checkpoint_adds_what_it_finds(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE])
    command = ("propagate", "--truth", truth, "--frames", frames, "--from", "0")

    assert run(*command, "--out", tmp_path / "a.json").code == 0
    assert run(*command, "--model", "demo", "--out", tmp_path / "b.json").code == 0
    for one in entries(tmp_path / "b.json"):
        assert {len(one[key]) for key in ("segmentations", "confidence", "needs_look")} == {COUNT}

    untrained = tiny_checkpoint(tmp_path / "tiny.safetensors")
    assert run(*command, "--model", untrained, "--out", tmp_path / "c.json").code == 0
    assert entries(tmp_path / "c.json") == entries(tmp_path / "a.json")


def test_a_model_that_is_not_there_is_one_sentence(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [GONE])

    ran = run(
        *("propagate", "--truth", truth, "--frames", frames, "--from", "0"),
        *("--model", "nobody", "--out", tmp_path / "r.json"),
    )

    assert ran.code == 1 and "There is no model 'nobody'" in ran.last
    assert not (tmp_path / "r.json").exists()


def test_null_means_absent_there(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [GONE])
    content = json.loads(truth.read_text())
    content["annotations"][0]["segmentations"][3] = None
    truth.write_text(json.dumps(content))

    run("propagate", "--truth", truth, "--frames", frames, "--from", "0,3", "--out", tmp_path / "r.json")

    [one] = entries(tmp_path / "r.json")
    assert one["segmentations"][1] and not any(one["segmentations"][3:]) and one["confidence"][3] == 1.0


def test_a_video_that_cannot_be_read_stops_no_other(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [SCENE, GONE])
    (frames / "v0" / "00002.png").write_bytes(b"no picture")

    ran = run("propagate", "--truth", truth, "--frames", frames, "--from", "0", "--out", tmp_path / "r.json")

    assert ran.code == 1 and "1 of 2 videos failed" in ran.last
    assert {one["video_id"] for one in entries(tmp_path / "r.json")} == {20}


def test_frames_of_another_size_are_refused(run: Run, tmp_path: Path) -> None:
    truth, frames = material(tmp_path, [GONE])
    truth.write_text(truth.read_text().replace('"width": 128', '"width": 120').replace("128]", "120]"))

    ran = run("propagate", "--truth", truth, "--frames", frames, "--from", "1", "--out", tmp_path / "r.json")

    assert ran.code == 1 and ran.last


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--from", "0", "--range", "5:2"), 2),
        (("--from", "0", "--range", "5"), 2),
        (("--from", "x"), 2),
        (("--from", "0", "--frames", "nowhere"), 1),
    ],
)
def test_wrong_usage_is_one_sentence(run: Run, tmp_path: Path, more: tuple[str, ...], code: int) -> None:
    truth, frames = material(tmp_path, [GONE])
    arguments = ("propagate", "--truth", truth, "--frames", frames, *more, "--out", tmp_path / "r.json")

    try:
        ran = run(*arguments)
    except SystemExit as error:
        assert error.code == code
    else:
        assert ran.code == code and ran.last
