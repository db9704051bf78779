"""The report of `conform` as Markdown: per part a table of its cases, then every failed and every undecided check.

A case has one row with the worst error of each kind of figure.
"""

import re
from collections.abc import Iterator, Sequence

from app.conform.checks import Case, Check, ConformReport, share

Kinds = tuple[tuple[str, str], ...]  # title of a column, and a pattern for the names of its checks
_FORWARD: Kinds = (
    ("backbone", r"(backbone|msg)\d"),
    ("FPN", r"fpn\d"),
    ("logits, first stage", r"stage0_cls_score"),
    ("logits, last stages", r"stage\d+_cls_score"),
    ("boxes, px", r"stage\d+_boxes|mask_rois"),
    ("mask probability", r"mask_prob"),
    ("worst pasted mask, pixels", r"pasted masks.*"),
)
_TRAINING: Kinds = (
    ("losses", r"losses/.*|total_loss"),
    ("matching costs", r"cost/.*|best_total/.*"),
    ("gradient norms", r"grad_norms/.*|total_grad_norm"),
    ("gradients, relative", r"grad/.*"),
    ("learning rates", r"param_groups learning rate|lr_values/.*"),
    ("losses after steps", r"loss_after/.*|losses_after/.*"),
)
_ALL: Kinds = (("worst figure", r".*"),)
_COLUMNS = {"golden": _FORWARD, "train": _TRAINING}
_TITLES = {
    "recipe": "Recipe",
    "eval": "Evaluation",
    "units": "Single operations",
    "pipeline": "Data pipeline",
    "golden": "Forward pass",
    "train": "Training",
}
BAR = "\\|"  # a bar within a cell
_COUNTED = re.compile(r"worst mask: (\d+) pixels")


def markdown(report: ConformReport) -> list[str]:
    """Lines of Markdown; a cell is "error / tolerance" of the check that is nearest to failing."""
    lines: list[str] = []
    for part in dict.fromkeys(case.part for case in report.cases):
        cases = [case for case in report.cases if case.part == part]
        lines += [f"**{_TITLES.get(part, part)}**", "", *_table(cases, _COLUMNS.get(part, _ALL)), ""]
    failed = [(case, check) for case in report.cases for check in case.checks if not check.passed]
    if failed:
        lines += ["**Failed**", "", *_failures(failed), ""]
    undecided = [(case, check) for case in report.cases for check in case.checks if check.undecided]
    if undecided:
        lines += [f"**Undecided ({len(undecided)})**", "", *_undecided(undecided), ""]
    if report.absent:
        lines += [f"Absent: {', '.join(report.absent)}.", ""]
    return [*lines, report.summary]


def _table(cases: Sequence[Case], kinds: Kinds) -> Iterator[str]:
    yield f"| case | {' | '.join(title for title, _ in kinds)} | checks | failed |"
    yield "|---|" + "---|" * len(kinds) + "---:|---:|"
    for case in cases:
        cells = [_cell(case, pattern) for _, pattern in kinds]
        yield f"| {case.name} | {' | '.join(cells)} | {len(case.checks)} | {case.failed} |"


def _failures(failed: Sequence[tuple[Case, Check]]) -> Iterator[str]:
    yield "| case | check | error | tolerance | note |"
    yield "|---|---|---:|---:|---|"
    for case, check in failed:
        figures = ["" if value is None else f"{value:.2e}" for value in (check.error, check.tolerance)]
        cells = [f"{case.part} {case.name}", check.name, *figures, check.note]
        yield f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _undecided(undecided: Sequence[tuple[Case, Check]]) -> Iterator[str]:
    yield "| case | check | note |"
    yield "|---|---|---|"
    for case, check in undecided:
        cells = [f"{case.part} {case.name}", check.name, check.note]
        yield f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |"


def _cell(case: Case, pattern: str) -> str:
    found = [check for check in case.checks if re.fullmatch(pattern, check.name)]
    counted = [match.group(1) for check in found if (match := _COUNTED.search(check.note))]
    if counted:
        return counted[0]
    measured = [check for check in found if check.error is not None and check.tolerance]
    if not measured:
        return "equal" if found and all(check.passed for check in found) else "-"
    worst = max(measured, key=share)
    return f"{worst.error:.1e} / {worst.tolerance:.1e}"
