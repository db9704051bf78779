"""The command propose over many videos: lists, what is done, crashes, several processes, bad videos in between."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.proposing.into_file import FileProposer, FileVideo, VideoResult
from tests.app.command_line import CATEGORIES, Run, annotation_file, pictures
from tests.material import ROOT


@pytest.fixture
def run(data_run: Run) -> Run:
    return data_run


class Seen:
    """Names of the videos that were proposed for, and the errors to raise for some of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        self.trouble: dict[str, BaseException] = {}
        propose = FileProposer.propose

        def seen(proposer: FileProposer, video: FileVideo, *given: Any, **more: Any) -> VideoResult:
            name = video.path.name if video.names is None else Path(video.names[0]).parent.name
            if name in self.trouble:
                raise self.trouble[name]
            self.names.append(name)
            return propose(proposer, video, *given, **more)

        monkeypatch.setattr(FileProposer, "propose", seen)

    def take(self) -> list[str]:
        names, self.names = self.names, []
        return names


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    return Seen(monkeypatch)


def order(checkpoint: Path, out: Path, *paths: str | Path) -> tuple[str | Path, ...]:
    return ("propose", *paths, "--model", checkpoint, "--out", out, "--rule", "published")


def lengths(out: Path) -> dict[int, set[int]]:
    """How many frames the tracks of each video id have."""
    found: dict[int, set[int]] = {}
    for entry in json.loads(out.read_text()):
        found.setdefault(entry["video_id"], set()).add(len(entry["segmentations"]))
    return found


def meta(out: Path) -> Any:
    return json.loads(out.with_name(f"{out.name}.meta.json").read_text())


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"videos", "data", "set"}


# --- which videos


def test_a_list_adds_videos_to_those_of_the_command(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen
) -> None:
    (tmp_path / "videos" / "list.txt").write_text(f"# two more\n{shots[2]}\n\n{shots[0]}\n")

    ran = run(*order(checkpoint, tmp_path / "r.json", shots[1], "--list", tmp_path / "videos" / "list.txt"), "--json")

    assert ran.code == 0, ran.errors
    assert seen.take() == ["b", "c", "a"]
    assert lengths(tmp_path / "r.json") == {1: {3}, 2: {4}, 3: {2}}


def test_a_list_alone_is_enough_and_beside_annotations_too_much(run: Run, tmp_path: Path, checkpoint: Path) -> None:
    pictures(tmp_path / "set" / "x")
    (tmp_path / "set" / "list.txt").write_text(f"{tmp_path / 'set' / 'x'}\n")
    file = annotation_file(tmp_path / "set" / "a.json", [["x/00000.png"]])
    listed = ("--list", tmp_path / "set" / "list.txt")

    assert run(*order(checkpoint, tmp_path / "r.json", *listed)).code == 0
    both = run(*order(checkpoint, tmp_path / "r.json", *listed, "--annotations", file, "--frames", tmp_path / "set"))
    assert both.code == 2 and "--annotations" in both.last


def test_a_model_that_knows_no_category_of_the_file_is_refused_before_anything_is_computed(
    run: Run, tmp_path: Path, checkpoint: Path, seen: Seen
) -> None:
    pictures(tmp_path / "set" / "x")
    names = [[f"x/{k:05d}.png" for k in range(3)]]
    file = annotation_file(tmp_path / "set" / "a.json", names, categories=("teapot", "anvil"))
    asked = ("propose", "--annotations", file, "--frames", tmp_path / "set", "--model", checkpoint)

    ran = run(*asked, "--out", tmp_path / "r.json")

    assert ran.code == 1
    assert "teapot, anvil" in ran.last and CATEGORIES[0] in ran.last and "--allow-empty" in ran.last
    assert not (tmp_path / "r.json").exists() and seen.take() == []
    assert run(*asked, "--out", tmp_path / "r.json", "--allow-empty").code == 0
    assert json.loads((tmp_path / "r.json").read_text()) == [] and seen.take() == ["x"]


# --- what is done


def test_what_the_results_have_is_not_looked_at_again(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen
) -> None:
    out = tmp_path / "r.json"
    assert run(*order(checkpoint, out, *shots[:2])).code == 0
    before = out.read_bytes()
    assert seen.take() == ["a", "b"]

    again = run(*order(checkpoint, out, *shots[:2]))
    assert (again.code, seen.take(), out.read_bytes()) == (0, [], before)
    assert any("2 done before" in line for line in again.errors)

    more = run(*order(checkpoint, out, shots[2], *shots[:2]))
    assert (more.code, seen.take()) == (0, ["c"])
    assert lengths(out) == {1: {4}, 2: {2}, 3: {3}}, "ids follow the order of this command"
    assert [video["path"] for video in meta(out)["videos"]] == [str(path) for path in (shots[2], *shots[:2])]
    assert left(tmp_path) == {"r.json", "r.json.meta.json"}


def test_results_stay_the_same_whether_they_were_there_or_are_made(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path]
) -> None:
    run(*order(checkpoint, tmp_path / "once.json", *shots))
    run(*order(checkpoint, tmp_path / "twice.json", shots[1]))
    run(*order(checkpoint, tmp_path / "twice.json", *shots))

    assert (tmp_path / "once.json").read_bytes() == (tmp_path / "twice.json").read_bytes()
    assert meta(tmp_path / "once.json") == meta(tmp_path / "twice.json")


def test_again_looks_at_everything_again(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen
) -> None:
    run(*order(checkpoint, tmp_path / "r.json", shots[0]))
    seen.take()

    assert run(*order(checkpoint, tmp_path / "r.json", shots[0], "--again")).code == 0
    assert seen.take() == ["a"]


@pytest.mark.parametrize("change", ["settings", "pictures", "model"])
def test_another_model_other_settings_or_other_pictures_are_looked_at(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen, change: str
) -> None:
    out, other = tmp_path / "r.json", tmp_path / "data" / "other.safetensors"
    run(*order(checkpoint, out, *shots[:2]))
    seen.take()
    flags: tuple[str, ...] = ("--max-tracks", "3") if change == "settings" else ()
    if change == "pictures":
        (shots[1] / "00000.png").unlink()
    if change == "model":
        import torch

        from model.config import named
        from model.network.tevit import build
        from model.weights.checkpoint import from_network, save

        torch.manual_seed(1)
        other.parent.mkdir(exist_ok=True)
        save(other, from_network(build(named("tevit_tiny")), CATEGORIES))

    assert run(*order(other if change == "model" else checkpoint, out, *shots[:2]), *flags).code == 0

    assert seen.take() == (["b"] if change == "pictures" else ["a", "b"])
    if change == "pictures":
        assert lengths(out)[2] == {2}


def test_an_annotation_file_that_promises_another_size_is_not_served_from_what_is_done(
    run: Run, tmp_path: Path, checkpoint: Path
) -> None:
    pictures(tmp_path / "set" / "x")
    file = annotation_file(tmp_path / "set" / "a.json", [[f"x/{k:05d}.png" for k in range(3)]])
    asked = ("propose", "--annotations", file, "--frames", tmp_path / "set", "--model", checkpoint, "--out")
    assert run(*asked, tmp_path / "r.json").code == 0
    content = json.loads(file.read_text())
    content["videos"][0]["width"] = 65
    file.write_text(json.dumps(content))

    ran = run(*asked, tmp_path / "r.json")

    assert ran.code == 1 and "65 x 48" in ran.last


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"settings": 3}', "null"])
def test_a_meta_file_that_is_not_ours_is_no_hindrance(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], content: str
) -> None:
    (tmp_path / "r.json").write_text("[]")
    (tmp_path / "r.json.meta.json").write_text(content)

    assert run(*order(checkpoint, tmp_path / "r.json", shots[0])).code == 0
    assert set(lengths(tmp_path / "r.json")) == {1}


# --- crashes and bad videos


def test_after_a_crash_only_what_is_missing_is_looked_at(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen
) -> None:
    out = tmp_path / "r.json"
    seen.trouble["c"] = KeyboardInterrupt()
    ran = run(*order(checkpoint, out, *shots))
    assert ran.code == 130 and seen.take() == ["a", "b"]
    assert not out.exists() and (tmp_path / "r.json.parts").is_dir()

    seen.trouble.clear()
    assert run(*order(checkpoint, out, *shots)).code == 0

    assert seen.take() == ["c"]
    assert lengths(out) == {1: {2}, 2: {3}, 3: {4}}
    assert left(tmp_path) == {"r.json", "r.json.meta.json"}


@pytest.mark.parametrize(
    ("trouble", "words"), [(MemoryError(), "not enough memory"), (KeyError("odd"), "mistake of the program")]
)
def test_whatever_a_video_does_the_others_get_their_turn(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen, trouble: Exception, words: str
) -> None:
    seen.trouble["b"] = trouble
    out = tmp_path / "r.json"

    ran = run(*order(checkpoint, out, *shots, tmp_path / "none.mp4"))

    assert ran.code == 1 and seen.take() == ["a", "c", "none.mp4"]
    assert ran.last.startswith("2 of 4 videos failed") and "none.mp4" in ran.last
    told = [line for line in ran.errors if line.startswith("Left out: ")]
    assert len(told) == 2 and words in told[0] and str(shots[1]) in told[0]
    assert [failure["id"] for failure in meta(out)["failed"]] == [2, 4]
    assert set(lengths(out)) == {1, 3}

    seen.trouble.clear()
    assert run(*order(checkpoint, out, *shots)).code == 0, "what failed is tried again"
    assert seen.take() == ["b"]


def test_when_all_fail_an_older_results_file_stays(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen
) -> None:
    out = tmp_path / "r.json"
    run(*order(checkpoint, out, shots[0]))
    before = out.read_bytes()
    seen.trouble["b"] = MemoryError()

    assert run(*order(checkpoint, out, shots[1])).code == 1

    assert out.read_bytes() == before and left(tmp_path) == {"r.json", "r.json.meta.json"}


# --- several processes


def as_process(monkeypatch: pytest.MonkeyPatch, rank: int, count: int) -> None:
    for name, value in {"RANK": rank, "WORLD_SIZE": count, "LOCAL_RANK": rank}.items():
        monkeypatch.setenv(name, str(value))


def test_two_processes_share_the_videos_and_the_first_puts_them_together(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(*order(checkpoint, tmp_path / "alone.json", *shots))
    seen.take()
    out = tmp_path / "r.json"
    as_process(monkeypatch, 1, 2)
    second = run(*order(checkpoint, out, *shots))
    assert (second.code, seen.take(), second.out) == (0, ["b"], "") and not out.exists()
    assert any(line.startswith("Process 1 of 2: 1 video looked at") for line in second.errors)

    as_process(monkeypatch, 0, 2)
    first = run(*order(checkpoint, out, *shots), "--json")

    assert (first.code, seen.take()) == (0, ["a", "c"])
    assert first.result["videos"] == 3
    assert out.read_bytes() == (tmp_path / "alone.json").read_bytes()
    assert meta(out) == meta(tmp_path / "alone.json")


def test_the_first_process_speaks_of_the_failures_of_all(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.trouble["b"] = MemoryError()
    as_process(monkeypatch, 1, 2)
    assert run(*order(checkpoint, tmp_path / "r.json", *shots)).code == 0, "torchrun would end the others"

    as_process(monkeypatch, 0, 2)
    first = run(*order(checkpoint, tmp_path / "r.json", *shots))

    assert first.code == 1 and "memory" in first.last and set(lengths(tmp_path / "r.json")) == {1, 3}


def test_a_process_that_never_comes_is_named_and_nothing_is_lost(
    run: Run, tmp_path: Path, checkpoint: Path, shots: list[Path], seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_process(monkeypatch, 0, 2)
    alone = run(*order(checkpoint, tmp_path / "r.json", *shots), "--wait", "1")
    assert alone.code == 1 and "Process 1 of 2" in alone.last and not (tmp_path / "r.json").exists()
    assert seen.take() == ["a", "c"]

    as_process(monkeypatch, 0, 1)
    assert run(*order(checkpoint, tmp_path / "r.json", *shots)).code == 0
    assert seen.take() == ["b"]


def test_under_torchrun_a_bad_video_stops_nobody(tmp_path: Path, checkpoint: Path, shots: list[Path]) -> None:
    bad, out = tmp_path / "videos" / "bad.mp4", tmp_path / "r.json"
    bad.write_bytes(b"no video at all")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    asked = [str(one) for one in order(checkpoint, out, shots[0], bad, shots[1], shots[2])]
    environment = {key: value for key, value in os.environ.items() if key not in {"RANK", "WORLD_SIZE", "LOCAL_RANK"}}

    ran = subprocess.run(
        [*torchrun, "-m", "app.commands", *asked, "--device", "cpu", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        env={**environment, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert ran.returncode != 0
    assert "1 of 4 videos failed" in ran.stderr and "bad.mp4" in ran.stderr
    assert lengths(out) == {1: {2}, 3: {3}, 4: {4}}
    assert not (tmp_path / "r.json.parts").exists()
