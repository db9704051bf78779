"""The command convert."""

import json
from pathlib import Path

from storage.formats import FORMATS
from tests.app.command_line import Run


def test_a_file_is_converted_and_what_the_format_lacks_is_told(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    ran = data_run("convert", dataset / "a.json", "--to", "sa-v", "--out", tmp_path / "out")
    assert ran.code == 0
    assert "1 video, 1 track and 2 masks from YouTube-VIS to SA-V" in ran.out
    assert "It has no categories." in ran.errors
    assert "The category of 1 track is lost: the format has no categories." in ran.errors
    assert len(list((tmp_path / "out").glob("*_manual.json"))) == 1


def test_the_result_is_there_for_machines(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    ran = data_run("convert", dataset / "a.json", "--to", "cocovid", "--out", out, "--json")
    assert (ran.result["source"], ran.result["target"], ran.result["masks"]) == ("youtube-vis", "cocovid", 2)
    assert ran.result["out"] == str(out)
    assert {"videos", "images", "annotations"} <= json.loads(out.read_text()).keys()


def test_a_broken_file_is_refused_or_its_good_videos_are_kept_with_exit_1(
    data_run: Run, dataset: Path, tmp_path: Path
) -> None:
    top = json.loads((dataset / "a.json").read_text())
    top["videos"].append({**top["videos"][0], "id": 11, "file_names": ["y/1.png", "y/2.png", "y/3.png"]})
    top["annotations"].append({**top["annotations"][0], "id": 6, "video_id": 11, "segmentations": [5, None, None]})
    (dataset / "a.json").write_text(json.dumps(top))
    ran = data_run("convert", dataset / "a.json", "--to", "coco", "--out", tmp_path / "a.json")
    assert ran.code == 1
    assert "annotations[1].segmentations[0]" in ran.last
    assert not (tmp_path / "a.json").exists()
    ran = data_run("convert", dataset / "a.json", "--to", "coco", "--out", tmp_path / "a.json", "--keep-good")
    assert ran.code == 1
    assert "1 part of the file was left out" in ran.last
    assert len(json.loads((tmp_path / "a.json").read_text())["annotations"]) == 2


def test_the_formats_are_listed(data_run: Run) -> None:
    ran = data_run("convert", "--formats")
    assert all(f"`{name}`" in ran.out for name in FORMATS)
    listed = data_run("convert", "--formats", "--json").result
    assert [one["name"] for one in listed] == list(FORMATS)


def test_missing_flags_are_wrong_usage(data_run: Run, dataset: Path) -> None:
    assert data_run("convert", dataset / "a.json").code == 2
