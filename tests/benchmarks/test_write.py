"""``benchmark NAME --write`` refreshes exactly the tables of that benchmark, and the READMEs' markers are sound."""

import json
import pkgutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

import tests.benchmarks
from app.cli.develop import NEEDS_GPU, NO_BENCHMARK
from tests.benchmarks import _write, evaluate, model, odd_files, store, windows, windows_memory
from tests.benchmarks._tables import Table
from tests.benchmarks._timing import Row
from tests.benchmarks._write import Block, MarkerError, blocks, main, refreshed, write
from tests.readmes import readmes, require_module_command

TEXT = """# Title

<!-- benchmark speed -->

| old |

<!-- end -->

Between `<!-- benchmark speed -->` in a sentence, which is no marker.

<!-- benchmark speed --videos 10 --kinds "8 / 3" -->
<!-- end -->

<!-- benchmark size -->
stays
<!-- end -->
"""


def fake(name: str, options: Sequence[str]) -> str:
    return f"| {name} | {' '.join(options)} |\n|---|---|\n\n"


# The tables come with their first whole run: they take long, or need a GPU.
NOT_YET_RUN = {"ranking", *NEEDS_GPU}
# Its table is written by hand: it needs a Python of its own, with the programs that are compared.
NEEDS_OTHER_PROGRAMS = {"readers"}


def known() -> set[str]:
    names = {module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__) if not module.ispkg}
    return {name for name in names if not name.startswith(NO_BENCHMARK)} - NOT_YET_RUN - NEEDS_OTHER_PROGRAMS


def test_blocks_are_found_with_their_options() -> None:
    assert blocks(TEXT) == [
        Block("speed", (), 3, 6),
        Block("speed", ("--videos", "10", "--kinds", "8 / 3"), 11, 11),
        Block("size", (), 14, 15),
    ]


def test_only_the_tables_of_that_benchmark_are_replaced() -> None:
    new = refreshed(TEXT, "speed", fake)

    assert "| old |" not in new and "stays" in new
    assert "| speed |  |" in new and "| speed | --videos 10 --kinds 8 / 3 |" in new
    assert new.replace("\n\n| speed |  |\n|---|---|\n", "") != new
    assert [block.options for block in blocks(new)] == [block.options for block in blocks(TEXT)]


def test_refreshing_twice_changes_nothing_more() -> None:
    once = refreshed(TEXT, "speed", fake)

    assert refreshed(once, "speed", fake) == once


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<!-- benchmark a -->\n", "line 1: a table does not end"),
        ("<!-- end -->\n", "line 1: a table ends that did not begin"),
        ("<!-- benchmark a -->\n<!-- benchmark b -->\n<!-- end -->\n", "line 2: a table begins within another"),
    ],
)
def test_a_marker_without_its_partner_is_an_error(text: str, sentence: str) -> None:
    with pytest.raises(MarkerError, match=sentence):
        blocks(text)


def test_each_set_of_options_is_measured_once_for_all_files(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("first.md", "second.md", "other.md"))
    first.write_text(TEXT)
    second.write_text("<!-- benchmark speed -->\n<!-- end -->\n")
    other.write_text("<!-- benchmark size -->\n<!-- end -->\n")
    asked: list[tuple[str, ...]] = []

    def counted(name: str, options: Sequence[str]) -> str:
        asked.append(tuple(options))
        return fake(name, options)

    assert write("speed", [first, second, other], counted) == [first, second]
    assert sorted(asked) == [(), ("--videos", "10", "--kinds", "8 / 3")]
    assert second.read_text() == "<!-- benchmark speed -->\n\n| speed |  |\n|---|---|\n\n<!-- end -->\n"
    assert other.read_text() == "<!-- benchmark size -->\n<!-- end -->\n"


def test_a_benchmark_that_fails_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(TEXT)

    def broken(name: str, options: Sequence[str]) -> str:
        if options:
            raise subprocess.CalledProcessError(1, name)
        return "new"

    with pytest.raises(subprocess.CalledProcessError):
        write("speed", [path], broken)
    assert path.read_text() == TEXT


def test_the_command_prints_the_files_it_refreshed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "README.md"
    path.write_text("<!-- benchmark speed -->\n<!-- end -->\n")
    monkeypatch.setattr(_write, "ROOT", tmp_path)
    monkeypatch.setattr(_write, "readmes", lambda: [type("R", (), {"place": "README.md"})])
    ran: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        ran.append(command[1:])
        return subprocess.CompletedProcess(command, 0, stdout="| new |\n")

    monkeypatch.setattr(_write.subprocess, "run", run)

    assert main(["speed"]) == 0
    assert ran == [["-m", "tests.benchmarks.speed", "--markdown"]]
    assert "| new |" in path.read_text() and capsys.readouterr().out == "README.md\n"
    assert main(["speed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"benchmark": "speed", "refreshed": ["README.md"]}
    assert main(["size"]) == 1
    assert "No README has a table of the benchmark size." in capsys.readouterr().err
    path.write_text("<!-- end -->\n")
    assert main(["speed"]) == 1
    assert "Nothing was refreshed: line 1" in capsys.readouterr().err


def test_markers_of_the_readmes_are_paired_and_name_benchmarks() -> None:
    named = {block.name for readme in readmes() for block in blocks(readme.text)}

    assert named == known()


@pytest.mark.parametrize("block", [block for readme in readmes() for block in blocks(readme.text)], ids=str)
def test_markers_have_options_that_their_benchmark_takes(block: Block) -> None:
    require_module_command([f"tests.benchmarks.{block.name}", *block.options, "--markdown"])


def test_marked_tables_are_written_as_the_refreshing_leaves_them() -> None:
    for readme in readmes():
        lines = readme.text.splitlines()
        for block in blocks(readme.text):
            inner = lines[block.start : block.stop]
            assert inner[0] == inner[-1] == "", (readme.place, block)
            assert inner[2].replace("|", "").strip("-") == "", (readme.place, block)
            widths = {line.count("|") for line in inner if line.startswith("|")}
            assert len(widths) == 1, (readme.place, block)


def heads(name: str) -> set[str]:
    """First lines of the tables that READMEs have of a benchmark."""
    texts = [(readme.text.splitlines(), block) for readme in readmes() for block in blocks(readme.text)]
    return {lines[block.start + 1] for lines, block in texts if block.name == name}


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        (
            "model",
            [
                model.clip_table({"plain": dict.fromkeys([*model.OFFICIAL_SHARES, "convolution", "peak_mib"], 1.0)}),
                model.step_table({"float32": dict.fromkeys(["step", "convolution", "peak_mib"], 1.0)}),
                model.video_table({"whole": 1.0, "decoding": 0.1, "frames": 1, "tracks": 1, "convolution": 1.0}),
            ],
        ),
        ("store", [store.table([], [Row("", 1, 1)], count=1)]),
        ("evaluate", [evaluate.table([[Row("", 1, 1), Row("", 1, 1, 1), Row("", 1, 1, 1)]], processes=2)]),
        ("odd_files", [odd_files.table([odd_files.OddFile("", "empty", 0, 0, 0, 0, (), 0, "", 0, 0, "")])]),
        ("windows", [windows.table([windows.Line("", 0, 0, 0, 0, 0, None, 0, 0, 0)], "", {})]),
        ("windows_memory", [windows_memory.table("", "", *[{"frames": 1, "tracks": 1, "peak_mib": 1.0}] * 2)]),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_the_readme_has_the_columns_that_the_benchmark_prints(name: str, tables: list[Table]) -> None:
    assert heads(name) == {table.markdown().splitlines()[0] for table in tables}
