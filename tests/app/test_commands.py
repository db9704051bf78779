import errno
import json
from pathlib import Path

import pytest

from app import commands
from app.cli import serve as command_run
from app.cli.parser import with_default_command
from app.errors import BadInput
from app.settings import Settings
from tests.app.command_line import Run, pictures, runner
from tests.material import material
from tests.storage.made_videos import make_video


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


# --- usage


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["serve"]),
        (["--port", "80"], ["serve", "--port", "80"]),
        (["--data", "d"], ["serve", "--data", "d"]),
        (["--data", "d", "worker"], ["--data", "d", "worker"]),
        (["frames", "x"], ["frames", "x"]),
        (["--help"], ["--help"]),
        (["nonsense"], ["nonsense"]),
    ],
)
def test_without_a_command_the_app_is_started(given: list[str], meant: list[str]) -> None:
    assert with_default_command(given) == meant


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["frames"],
        ["evaluate", "one.json"],
        ["train", "--annotations", "a.json"],
        ["train", "--annotations", "a", "--frames", "f", "--config", "c", "--out", "o", "--steps", "0"],
        ["train", "--annotations", "a", "--frames", "f", "--config", "c", "--out", "o", "--lr", "nan"],
        [
            "synthesize",
            "--out",
            "o",
            "--domain",
            "demo",
            "--videos",
            "1",
            "--frames",
            "1",
            "--size",
            "160",
            "--seed",
            "0",
        ],
        [
            "synthesize",
            "--out",
            "o",
            "--domain",
            "demo",
            "--videos",
            "x",
            "--frames",
            "1",
            "--size",
            "9x9",
            "--seed",
            "0",
        ],
        ["frames", "x", "--extract", "1,b"],
        ["propose", "v", "--rule", "mine"],
        ["export", "--out", "o", "--version", "2020"],
        ["models"],
        ["models", "burn"],
        ["check"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(arguments)

    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["64", "64x", "x64", "", "x"])
def test_a_size_that_is_none_is_told_how_to_write_it(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--out", "o", "--domain", "demo", "--videos", "1", "--frames", "1", "--seed", "0"]
    with pytest.raises(SystemExit) as ended:
        commands.main(["synthesize", *flags, "--size", text])

    assert ended.value.code == 2
    assert "WIDTHxHEIGHT" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    ["serve", "propose", "evaluate", "import", "export", "check", "train", "synthesize", "retrain", "frames", "worker"],
)
def test_every_command_explains_itself_and_takes_the_common_flags(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main([name, "--help"])

    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(flag in told for flag in ("--data", "--database", "--project", "--device"))


def test_common_flags_count_before_and_after_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    seen: list[Settings] = []
    monkeypatch.setattr(command_run, "worker", lambda arguments, settings: seen.append(settings))

    run("--data", tmp_path / "a", "--project", "p", "worker", "--device", "cpu")
    run("worker", "--data", tmp_path / "b", "--database", "sqlite:///x.db")

    assert (seen[0].data, seen[0].project, seen[0].device) == (tmp_path / "a", "p", "cpu")
    assert (seen[1].data, seen[1].database_url) == (tmp_path / "b", f"sqlite:///{Path.cwd() / 'x.db'}")


# --- how a command ends


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object, settings: object) -> None:
        raise error

    monkeypatch.setattr(command_run, "worker", fail)


def test_a_known_mistake_is_its_own_sentence(monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path) -> None:
    fail_with(BadInput("The file\nis odd"), monkeypatch)

    ran = run("worker", "--data", tmp_path)

    assert (ran.code, ran.errors, ran.out) == (1, ["The file is odd."], "")
    assert not (tmp_path / "logs").exists()


def test_a_mistake_of_the_program_is_one_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    fail_with(KeyError("surprise"), monkeypatch)

    ran = run("worker", "--data", tmp_path / "data")

    logs = list((tmp_path / "data" / "logs").iterdir())
    assert ran.code == 1
    assert len(ran.errors) == 1 and "KeyError: 'surprise'" in ran.last and str(logs[0]) in ran.last
    assert "Traceback" in logs[0].read_text() and "surprise" in logs[0].read_text()


def test_a_log_that_cannot_be_written_does_not_hide_the_mistake(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    fail_with(KeyError("surprise"), monkeypatch)

    ran = run("worker", "--data", tmp_path / "data")

    assert ran.code == 1
    assert "KeyError" in ran.last and "could not be written" in ran.last


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "/d/out.json"), 1, "disk is full (writing /d/out.json)"),
        (RuntimeError("[enforce fail] PytorchStreamWriter failed writing file data/0"), 1, "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/d/out.json"), 1, "/d/out.json: Permission denied"),
        (OSError(errno.EADDRINUSE, "in use"), 1, "--port"),
        (MemoryError(), 1, "not enough memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory"), 1, "not enough memory"),
    ],
)
def test_what_the_system_refuses_is_told_in_one_sentence(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    fail_with(error, monkeypatch)

    ran = run("worker", "--data", tmp_path)

    assert ran.code == code
    assert len(ran.errors) == 1 and words in ran.last and ran.last.endswith(".")


def test_a_bad_setting_is_bad_input_too(run: Run, tmp_path: Path) -> None:
    ran = run("worker", "--data", tmp_path, "--device", "abacus")

    assert ran.code == 1
    assert "abacus" in ran.last


# --- frames


def test_frames_counts_by_decoding_and_tells_all_of_the_contract(run: Run, tmp_path: Path) -> None:
    video = make_video(tmp_path / "clip.mp4", frames=12, size=(64, 48))

    ran = run("frames", video, "--json")

    assert ran.code == 0
    wanted = {"count", "width", "height", "rotation", "stream", "time_base", "pts", "gaps"}
    assert wanted <= set(ran.result)
    assert (ran.result["count"], ran.result["width"], ran.result["height"]) == (12, 64, 48)
    assert len(ran.result["pts"]) == 12 and ran.result["gaps"] == []


def test_frames_reads_well_without_json(run: Run, tmp_path: Path) -> None:
    ran = run("frames", pictures(tmp_path / "shots", count=4))

    assert ran.code == 0
    assert "4 of 64 x 48" in ran.out


def test_extracted_frames_are_named_by_six_digits_and_nothing_else_is_written(run: Run, tmp_path: Path) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=12), tmp_path / "out"

    ran = run("frames", video, "--extract", "11,0,5", "--out", out)

    assert ran.code == 0
    assert sorted(path.name for path in out.iterdir()) == ["000000.png", "000005.png", "000011.png"]


def test_a_frame_that_is_not_there_leaves_nothing_behind(run: Run, tmp_path: Path) -> None:
    video, out = make_video(tmp_path / "clip.mp4", frames=12), tmp_path / "out"

    ran = run("frames", video, "--extract", "3,12", "--out", out)

    assert ran.code == 1
    assert "0 to 11" in ran.last and "12" in ran.last
    assert not out.exists()


def test_extracting_needs_a_folder(run: Run, tmp_path: Path) -> None:
    ran = run("frames", pictures(tmp_path / "shots"), "--extract", "0")

    assert ran.code == 2
    assert "--out" in ran.last


@pytest.mark.parametrize(("name", "content"), [("a.mp4", b""), ("b.mp4", b"hello, this is text"), ("c.txt", b"words")])
def test_a_file_that_is_no_video_is_refused_with_its_reason(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)

    ran = run("frames", tmp_path / name, "--json")

    assert (ran.code, ran.out) == (1, "")
    assert name in ran.last


def test_a_missing_video_is_refused(run: Run, tmp_path: Path) -> None:
    ran = run("frames", tmp_path / "none.mp4")

    assert ran.code == 1
    assert "none.mp4" in ran.last


def test_a_real_video_has_as_many_frames_as_it_shows(run: Run) -> None:
    ran = run("frames", material("data/clips/01_dog.mp4"), "--json")

    assert (ran.code, ran.result["count"], ran.result["width"], ran.result["height"]) == (0, 289, 1280, 720)


# --- evaluate


def truth_and_results(folder: Path) -> tuple[Path, Path]:
    """One video of one frame; its only track is found exactly."""
    mask = {"size": [2, 2], "counts": [1, 3]}
    truth = {
        "videos": [{"id": 1, "width": 2, "height": 2, "length": 1, "file_names": ["a.png"]}],
        "categories": [{"id": 7, "name": "fish"}, {"id": 8, "name": "star"}],
        "annotations": [
            {"id": 1, "video_id": 1, "category_id": 7, "segmentations": [mask], "iscrowd": 0, "areas": [3]}
        ],
    }
    results = [{"video_id": 1, "category_id": 7, "score": 0.9, "segmentations": [mask]}]
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "results.json").write_text(json.dumps(results))
    return folder / "truth.json", folder / "results.json"


def test_a_perfect_result_is_1_in_json_and_100_in_the_table(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)

    assert run("evaluate", truth, results, "--json").result["AP"] == pytest.approx(1.0)
    table = run("evaluate", truth, results).out.splitlines()
    assert table[1].split() == ["all", *["100.0"] * 5]
    assert table[2].split() == ["fish", *["100.0"] * 5]
    assert table[3].split() == ["star", *["-"] * 5]


def test_json_has_the_keys_and_figures_of_the_reference(run: Run) -> None:
    folder = material("reference/eval")
    expected = json.loads((folder / "basic_stats.json").read_text())

    found = run("evaluate", folder / "basic_gt.json", folder / "basic_dt.json", "--json").result

    assert set(found) == set(expected)
    assert found["stats"] == pytest.approx(expected["stats"], abs=1e-9)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"videos": 3}', b"[]"])
def test_truth_that_cannot_be_read_is_bad_input(run: Run, tmp_path: Path, content: bytes) -> None:
    _, results = truth_and_results(tmp_path)
    (tmp_path / "odd.json").write_bytes(content)

    ran = run("evaluate", tmp_path / "odd.json", results)

    assert (ran.code, ran.out) == (1, "")
    assert "odd.json" in ran.last and "mistake of the program" not in ran.last


def test_swapped_files_are_bad_input(run: Run, tmp_path: Path) -> None:
    truth, results = truth_and_results(tmp_path)

    assert run("evaluate", results, truth).code == 1
    assert run("evaluate", truth, tmp_path / "none.json").code == 1


# --- test, benchmark, serve


def test_an_unknown_benchmark_names_those_there_are(run: Run) -> None:
    ran = run("benchmark", "speed-of-light")

    assert ran.code == 1
    assert "speed-of-light" in ran.last and "all" in ran.last


@pytest.mark.parametrize("name", ["test_odd_files", "_timing", "speed-of-light"])
def test_parts_and_tests_of_benchmarks_are_none(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(command_run.subprocess, "call", lambda command, **options: pytest.fail(str(command)))

    ran = run("benchmark", name)

    known = ran.last.rpartition("there are ")[2].rstrip(".").split(", ")
    assert ran.code == 1 and {"odd_files", "frames", "all"} <= set(known)
    assert [one for one in known if one.startswith(("test_", "_"))] == []


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 1)])
def test_the_suite_is_run_by_the_launcher(monkeypatch: pytest.MonkeyPatch, run: Run, code: int, expected: int) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(command_run.subprocess, "call", lambda command, **options: asked.append(command) or code)

    assert run("test").code == expected
    assert asked[0][1].endswith("launch.py") and asked[0][2:] == ["test"]


def test_serving_on_a_port_in_use_is_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(command_run, "_make_demo", lambda settings: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("serve", "--no-browser", "--data", tmp_path / "data", "--port", str(taken.getsockname()[1]))

    assert ran.code == 1
    assert "port" in ran.last and len(ran.errors) == 1


def test_a_sign_in_that_cannot_be_honoured_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("--data", str(tmp_path / "d"), "serve", "--auth", str(tmp_path / "people.txt"))

    assert done.code == 1 and "no sign-in" in done.last
    assert not (tmp_path / "d").exists()
