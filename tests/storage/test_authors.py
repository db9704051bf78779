"""Who is a machine, and what is a person's work: the one rule for every machine that writes."""

import pytest

from storage.authors import is_machine, is_persons_work, machine_author


@pytest.mark.parametrize("author", ["run:1", "run:", machine_author("b2f1"), machine_author("")])
def test_the_author_of_a_run_is_a_machine(author: str) -> None:
    assert is_machine(author)


@pytest.mark.parametrize("author", ["ann", "runner", "Run:1", " run:1", "person:run:1", ""])
def test_a_name_that_only_looks_like_a_runs_is_a_persons(author: str) -> None:
    assert not is_machine(author)


def test_the_author_of_a_run_names_it() -> None:
    assert machine_author("b2f1") == "run:b2f1"


@pytest.mark.parametrize(
    ("source", "review", "human"),
    [
        ("drawn", "unreviewed", True),
        ("drawn", "corrected", True),
        ("proposed", "accepted", True),
        ("imported", "rejected", True),
        ("proposed", "unreviewed", False),
        ("propagated", "unreviewed", False),
        ("imported", "unreviewed", False),
    ],
)
def test_a_row_is_human_by_verdict_or_by_drawing(source: str, review: str, human: bool) -> None:
    assert is_persons_work(source=source, review=review) is human
