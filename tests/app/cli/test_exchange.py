"""The commands import and export: a file comes in and leaves with the same masks, or nothing is changed."""

import io
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from app.exchange import storing
from storage import edits, projects, videos
from storage.database import Database
from tests.app.command_line import Ran, Run, annotation_file
from tests.app.made import project_with


def bring(data_run: Run, dataset: Path, *more: str) -> Ran:
    return data_run("import", dataset / "a.json", "--frames", dataset / "frames", *more)


def test_a_file_comes_in_and_leaves_with_the_same_masks(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    came = bring(data_run, dataset, "--project", "sea", "--json")
    left = data_run("export", "--out", tmp_path / "out", "--project", "sea", "--json")

    assert (came.code, left.code) == (0, 0)
    assert (came.result["project"], came.result["masks"], left.result["tracks"]) == ("sea", 2, 1)
    before = json.loads((dataset / "a.json").read_text())["annotations"][0]
    after = json.loads((tmp_path / "out" / "instances.json").read_text())["annotations"][0]
    assert [mask is None for mask in after["segmentations"]] == [False, True, False]
    assert (after["id"], after["video_id"], after["category_id"]) == (5, 10, 102)
    assert after["areas"] == [16 * 24, None, 16 * 24] and before["id"] == after["id"]


def test_the_imported_project_is_the_one_used_from_then_on(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(data_run, dataset, "--project", "sea")

    ran = data_run("export", "--out", tmp_path / "out")

    assert ran.code == 0
    assert "1 video, 1 track and 2 masks" in ran.out


def test_a_failed_import_leaves_no_new_project(data_run: Run, dataset: Path, database: Database) -> None:
    shutil.rmtree(dataset / "frames" / "x")

    ran = bring(data_run, dataset, "--project", "sea")

    assert ran.code == 1
    with database.read() as tx:
        assert projects.find_project(tx, "sea") is None


def test_a_failed_import_leaves_a_project_that_was_there(data_run: Run, dataset: Path, database: Database) -> None:
    project_with(database, "fish", name="sea")
    (dataset / "a.json").write_text("no JSON")

    assert bring(data_run, dataset, "--project", "sea").code == 1

    with database.read() as tx:
        assert projects.find_project(tx, "sea") is not None


def test_an_import_without_a_project_to_go_to_says_how_to_name_one(data_run: Run, dataset: Path) -> None:
    ran = bring(data_run, dataset)

    assert ran.code == 1
    assert "--project" in ran.last


def test_videos_left_out_are_told_and_fail_the_command(data_run: Run, dataset: Path) -> None:
    names = [f"x/{k:05d}.png" for k in range(3)]
    annotation_file(dataset / "a.json", [names, ["gone/00000.png"]])

    ran = bring(data_run, dataset, "--project", "sea", "--json")

    assert ran.code == 1
    assert len(ran.result["videos"]) == 1 and len(ran.result["skipped"]) == 1
    assert "left out" in ran.last


def test_an_export_does_not_overwrite(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(data_run, dataset, "--project", "sea")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")

    assert data_run("export", "--out", tmp_path / "out").code == 1

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_the_same_file_again_is_refused_with_the_flags_that_choose(data_run: Run, dataset: Path) -> None:
    first = bring(data_run, dataset, "--project", "sea")
    assert "1 video, 1 track and 2 masks came into sea" in first.out

    again = bring(data_run, dataset, "--project", "sea")

    assert again.code == 1 and again.out == ""
    assert all(flag in again.last for flag in ("--skip", "--replace", "--again"))


def test_each_flag_does_what_it_says(data_run: Run, dataset: Path) -> None:
    bring(data_run, dataset, "--project", "sea")

    skipped = bring(data_run, dataset, "--project", "sea", "--skip", "--json")
    replaced = bring(data_run, dataset, "--project", "sea", "--replace", "--json")
    again = bring(data_run, dataset, "--project", "sea", "--again", "--json")

    assert (skipped.code, skipped.result["videos"]) == (0, [])
    assert skipped.errors[-1] == "video 10: x is here already and stays as it is."
    assert (replaced.code, replaced.result["videos"]) == (0, ["x"])
    assert (again.code, again.result["videos"]) == (0, ["x 2"])


def test_two_of_the_flags_are_wrong_usage(data_run: Run, dataset: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        bring(data_run, dataset, "--project", "sea", "--skip", "--again")

    assert caught.value.code == 2


def test_notes_of_an_import_are_lines_on_stderr_and_part_of_the_json(data_run: Run, dataset: Path) -> None:
    content = json.loads((dataset / "a.json").read_text())
    content["annotations"][0] |= {"id": "5", "iscrowd": True}
    (dataset / "a.json").write_text(json.dumps(content))

    ran = bring(data_run, dataset, "--project", "sea", "--json")

    assert ran.code == 0 and len(ran.result["notes"]) == 3
    assert all(note in ran.errors for note in ran.result["notes"])
    assert "annotations[0].iscrowd: is true instead of a whole number; it is read as 1." in ran.result["notes"][1]
    assert "every track is marked as crowd" in ran.result["notes"][2]


def test_an_export_in_a_version_names_what_has_no_place_there(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    content = json.loads((dataset / "a.json").read_text())
    content["categories"] = [{"id": 102, "name": "owl"}, {"id": 103, "name": "hand"}]
    (dataset / "a.json").write_text(json.dumps(content))
    bring(data_run, dataset, "--project", "sea")

    ran = data_run("export", "--out", tmp_path / "out", "--version", "2021", "--json")

    left = json.loads((tmp_path / "out" / "instances.json").read_text())
    assert (left["info"]["version"], left["annotations"][0]["category_id"], len(left["categories"])) == ("2021", 3, 40)
    assert any("hand (0 tracks)" in line for line in ran.errors) and any("owl as bird" in line for line in ran.errors)
    assert "hand (0 tracks)" in ran.result["left_out"][0] and "owl as bird" in ran.result["notes"][0]


def test_a_folder_whose_name_is_not_utf_8_is_refused_with_a_sentence(data_run: Run, dataset: Path) -> None:
    strange = dataset / "fr\udce4mes"
    (dataset / "frames").rename(strange)

    ran = data_run("import", dataset / "a.json", "--frames", strange, "--project", "sea")

    assert ran.code == 1 and "is not UTF-8" in ran.last and "mistake of the program" not in ran.last


def test_paths_in_quotes_and_as_addresses_are_understood(data_run: Run, dataset: Path) -> None:
    ran = data_run("import", f"'{dataset}/a.json'", "--frames", f"file://{dataset}/frames", "--project", "sea")

    assert ran.code == 0


def test_an_import_whose_frames_are_not_beside_it_asks_for_their_folder(data_run: Run, dataset: Path) -> None:
    ran = data_run("import", dataset / "a.json", "--project", "sea")

    assert ran.code == 1 and "x/00000.png" in ran.last and "--frames DIR" in ran.last


def test_an_import_is_taken_back_and_comes_in_anew(data_run: Run, dataset: Path) -> None:
    bring(data_run, dataset, "--project", "sea")

    taken = data_run("import", dataset / "a.json", "--take-back", "--project", "sea")
    twice = data_run("import", dataset / "a.json", "--take-back", "--project", "sea")
    anew = bring(data_run, dataset, "--project", "sea", "--json")

    assert (taken.code, taken.out) == (0, "1 video went to the removed videos of sea\n")
    assert twice.code == 1 and "No import of" in twice.last
    assert anew.result["videos"] == ["x"]


def test_taking_back_a_replacing_import_brings_the_earlier_videos_back(data_run: Run, dataset: Path) -> None:
    bring(data_run, dataset, "--project", "sea")
    bring(data_run, dataset, "--project", "sea", "--replace")
    (dataset / "a.json").unlink()

    taken = data_run("import", dataset / "a.json", "--take-back", "--project", "sea", "--json")

    assert taken.result == {"project": "sea", "removed": ["x"], "restored": ["x"], "categories": []}


class Terminal(io.StringIO):
    """A stream that is a terminal, with what a person types."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "code", "videos"),
    [("s", 0, []), ("Skip", 0, []), ("r", 0, ["x"]), ("a", 0, ["x 2"]), ("", 1, None), ("q", 1, None)],
)
def test_on_a_terminal_the_same_file_again_is_asked_about(
    data_run: Run,
    dataset: Path,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    code: int,
    videos: list[str] | None,
) -> None:
    bring(data_run, dataset, "--project", "sea")
    shown = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    monkeypatch.setattr(sys, "stderr", shown)

    again = bring(data_run, dataset, "--project", "sea", "--json")

    assert again.code == code and "came into this project by an import already (x)" in shown.getvalue()
    assert "replace them (r)" in shown.getvalue()
    assert (again.result["videos"] if videos is not None else None) == videos


def test_a_killed_import_of_a_new_project_goes_on_with_the_same_command(
    data_run: Run, dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [[f"x/{k:05d}.png" for k in range(3)], [f"y/{k:05d}.png" for k in range(3)]]
    shutil.copytree(dataset / "frames" / "x", dataset / "frames" / "y")
    (dataset / "frames" / "y" / "00000.png").write_bytes((dataset / "frames" / "x" / "00001.png").read_bytes())
    annotation_file(dataset / "a.json", names)
    show, left = storing.show_video, [2]

    def interrupted(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return show(*arguments)

    monkeypatch.setattr(storing, "show_video", interrupted)
    broken = bring(data_run, dataset, "--project", "sea")
    done = bring(data_run, dataset, "--project", "sea", "--json")

    assert broken.code != 0 and (done.code, done.result["videos"]) == (0, ["x", "y"])
    assert any("1 video had come in before" in line for line in done.errors)


def plan_of(data_run: Run) -> dict[str, Any]:
    return dict(json.loads(data_run("retrain", "--project", "sea", "--plan", "--json").out))


def test_imported_masks_teach_only_once_somebody_accepts_them(data_run: Run, dataset: Path) -> None:
    assert bring(data_run, dataset, "--project", "sea").code == 0
    found = plan_of(data_run)
    assert (found["videos"], found["ignored_unreviewed"], found["complete_frames"]) == (0, 2, 0)


@pytest.mark.parametrize("complete", [False, True])
def test_an_import_is_accepted_and_declared_complete_on_request(
    data_run: Run, dataset: Path, database: Database, complete: bool
) -> None:
    flags = ["--accept", "--complete"] if complete else ["--accept"]
    assert bring(data_run, dataset, "--project", "sea", *flags).code == 0
    found = plan_of(data_run)
    assert (found["videos"], found["masks_imported"], found["ignored_unreviewed"]) == (1, 2, 0)
    assert (found["absences"], found["complete_frames"]) == (1, 3 if complete else 0)
    with database.read() as tx:
        project = projects.find_project(tx, "sea")
        assert project is not None
        ((video_id, _),) = videos.video_names(tx, project.id)
        kinds = [edit.kind for edit in edits.edits_since(tx, 0, video=video_id)]
    assert kinds == ["import", "accept", "complete"][: 3 if complete else 2]


def test_complete_needs_accept(data_run: Run, dataset: Path, database: Database) -> None:
    ran = bring(data_run, dataset, "--project", "sea", "--complete")
    assert ran.code == 2 and "--accept" in ran.last
    with database.read() as tx:
        assert projects.find_project(tx, "sea") is None


def test_the_plan_of_an_export_writes_nothing(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(data_run, dataset, "--project", "sea")

    ran = data_run("export", "--plan", "--json")
    text = data_run("export", "--plan", "--reviewed-only")

    assert (ran.code, ran.result["masks"], ran.result["videos"]) == (0, 2, 1)
    assert text.code == 0 and "2 masks that nobody judged stay here." in text.out
    assert "1 video (x) is left out: in no frame are all tracks known." in text.out
    assert not (tmp_path / "out").exists()


def test_an_export_needs_a_folder_or_asks_for_the_plan(data_run: Run, dataset: Path, tmp_path: Path) -> None:
    bring(data_run, dataset, "--project", "sea")

    assert [data_run("export").code, data_run("export", "--plan", "--out", tmp_path / "out").code] == [2, 2]
