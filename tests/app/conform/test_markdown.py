"""The tables of `conform`: a row per case, every failed check, absent parts, the summary."""

from app.conform.checks import Case, ConformReport
from app.conform.markdown import markdown


def report() -> ConformReport:
    forward, units, train = Case("golden", "night"), Case("units", "paste"), Case("train", "steps")
    forward.close("backbone0", 1.0, 1.00001, atol=1e-4)
    forward.close("msg1", 1.0, 1.00005, atol=1e-4)
    forward.close("fpn0", 1.0, 1.5, atol=1e-4)
    forward.within("pasted masks with too many other pixels", 0, 0, "worst mask: 3 pixels")
    units.equal("levels", 1, 1)
    train.close("losses/stage0_loss_cls", 2.0, 2.00001, rtol=1e-5)
    train.close("param_groups learning rate", [1e-4], [1e-4], rtol=1e-6)
    return ConformReport((forward, units, train), ("pipeline", "eval"))


def test_a_row_per_case_shows_the_worst_error_of_each_kind_beside_its_tolerance() -> None:
    lines = markdown(report())
    (row,) = [line for line in lines if line.startswith("| night")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:3] == ["night", "5.0e-05 / 1.0e-04", "5.0e-01 / 1.0e-04"]
    assert cells[-3:] == ["3", "4", "1"]
    assert "| steps | 1.0e-05 / 2.0e-05 |" in "\n".join(lines)


def test_every_table_has_as_many_cells_in_each_row() -> None:
    lines = markdown(report())
    for start, line in enumerate(lines):
        if line.startswith("| case"):
            assert len({row.count("|") for row in lines[start : start + 3]}) == 1
    assert "| paste | equal | 1 | 0 |" in lines


def test_absent_parts_are_named_and_the_summary_stays_the_last_line() -> None:
    lines = markdown(report())
    assert "Absent: pipeline, eval." in lines
    assert lines[-1] == "3 cases, 7 checks, 1 failed"


def test_every_failed_check_has_a_row_with_its_reason() -> None:
    case = Case("golden", "x")
    case.close("stats/a", 1.0, 1.5, atol=0.25)
    case.equal("names", ["a|b"], [2])
    case.equal("same", 1, 1)

    lines = markdown(ConformReport((case,), ()))

    start = lines.index("**Failed**")
    assert lines[start + 2 : start + 6] == [
        "| case | check | error | tolerance | note |",
        "|---|---|---:|---:|---|",
        "| golden x | stats/a | 5.00e-01 | 2.50e-01 |  |",
        "| golden x | names |  |  | ['a\\|b'] instead of [2] |",
    ]


def test_without_a_failed_check_nothing_is_said_of_failures() -> None:
    case = Case("units", "paste")
    case.equal("levels", 1, 1)
    assert "**Failed**" not in markdown(ConformReport((case,), ()))
