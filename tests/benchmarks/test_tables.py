"""Tables in their three forms, and the rows that benchmarks make of their times."""

import argparse
import json
from pathlib import Path

import pytest

from tests.benchmarks import _tables, evaluate
from tests.benchmarks._tables import Table, machine, milliseconds, options, show
from tests.benchmarks._targets import Latency, latency_table
from tests.benchmarks._timing import Row, from_times, measured, timing_table

SMALL = Table(
    "a title",
    ("what", "n", "median"),
    [("stroke", "40", "6.5 ms"), ("undo of a run", "3", "12 ms")],
    facts={"rows": 2},
    notes=("It holds.",),
    aside=frozenset({"n"}),
)


def test_people_get_aligned_columns_below_the_title() -> None:
    assert SMALL.text().splitlines() == [
        "a title",
        "what            n  median",
        "stroke         40  6.5 ms",
        "undo of a run   3   12 ms",
        "It holds.",
    ]


def test_readmes_get_markdown_without_the_columns_that_are_aside() -> None:
    assert SMALL.markdown().splitlines() == [
        "| what | median |",
        "|---|---|",
        "| stroke | 6.5 ms |",
        "| undo of a run | 12 ms |",
        "",
        "It holds.",
    ]


def test_a_timed_table_names_the_machine_in_its_readme() -> None:
    text = timing_table("model", [Row("one", 4.0, 5.0)]).markdown()

    assert text.splitlines()[-1] == f"Measured on {machine()}."
    assert "cores" in machine()


def test_a_table_without_rows_is_its_notes() -> None:
    empty = latency_table("the cache", [], ["Limit 24 MiB: holds."])

    assert empty.text() == "the cache\nLimit 24 MiB: holds."
    assert empty.markdown().startswith("Limit 24 MiB: holds. Measured on")


def test_long_notes_are_wrapped_as_the_prose_of_a_readme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tables, "machine", lambda: "a processor with " + "a long name, " * 12)

    lines = latency_table("page", [Latency("next", (1.0,))], ["Playing."]).markdown().splitlines()

    assert len(lines) > 5 and max(map(len, lines)) <= 120


@pytest.mark.parametrize(
    ("flags", "expected"),
    [([], SMALL.text()), (["--markdown"], SMALL.markdown()), (["--json"], json.dumps({"rows": 2}))],
)
def test_one_form_is_printed(flags: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(SMALL, options("What it measures.").parse_args(flags))

    assert capsys.readouterr().out.strip() == expected


def test_two_forms_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options(None).parse_args(["--json", "--markdown"])
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "text"),
    [(6.46, "6.5 ms"), (13.5, "13.5 ms"), (258.2, "258 ms"), (1060, "1.06 s"), (29123, "29.1 s"), (155_200, "155 s")],
)
def test_durations_have_as_many_digits_as_matter(value: float, text: str) -> None:
    assert milliseconds(value) == text


def test_the_machine_is_named_where_the_system_does_not_say_what_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_tables, "CPU_FACTS", tmp_path / "none")
    monkeypatch.setattr(_tables.platform, "processor", lambda: "")
    monkeypatch.setattr(_tables.platform, "machine", lambda: "riscv64")

    assert machine().startswith("riscv64, ")


def test_latencies_are_held_against_their_targets() -> None:
    rows = [Latency("kept", (1.0, 3.0), 33), Latency("late", (40.0,), 33), Latency("free", (5.0,))]
    made = latency_table("http", rows, what="over HTTP")

    assert [row[-2:] for row in made.rows] == [("33 ms", "holds"), ("33 ms", "MISSED"), ("", "")]
    assert made.columns[0] == "over HTTP" and "MISSED" not in made.markdown()
    assert made.facts["rows"][1] == {"name": "late", "n": 1, "median_ms": 40.0, "p95_ms": 40.0, "target_ms": 33}


def test_a_call_is_timed_after_one_warm_up() -> None:
    calls: list[int] = []
    slow = from_times("slow", [10.0, 30.0, 20.0])

    fast = measured("fast", lambda: calls.append(1), repeats=4, rival=slow)

    assert len(calls) == 5
    assert (slow.median_ms, slow.p95_ms, slow.ratio) == (20.0, 30.0, None)
    assert fast.ratio == pytest.approx(20.0 / fast.median_ms)


def test_evaluation_has_a_line_per_shape_in_readmes_too() -> None:
    rows = [Row("2 x 3 frames: loops", 2000.0, 2000.0), Row("one", 1000.0, 1000.0, 2.0), Row("two", 500.0, 500.0, 4.0)]
    made = evaluate.table([rows], processes=2)

    assert made.rows == [("2 x 3 frames", "2.00 s", "1.00 s", "2.00 x", "500 ms", "4.00 x")]
    assert "4.00" in made.markdown() and "4.00" in made.text()
    assert [row["name"] for row in made.facts["rows"]] == ["2 x 3 frames: loops", "one", "two"]
    assert len(evaluate.table([rows[:2]], processes=1).columns) == 4


def test_progress_leaves_the_result_alone(capsys: pytest.CaptureFixture[str]) -> None:
    _tables.progress("video 1 of 3")
    show(SMALL, argparse.Namespace(json=True, markdown=False))
    said = capsys.readouterr()

    assert said.err == "video 1 of 3\n" and json.loads(said.out) == {"rows": 2}
