"""Lines on stderr about a command's work, and the failures that end it."""

import pytest

from app.cli.outcome import SomeVideosFailed, print_failures, print_share, raise_failures
from app.machine import Shard


@pytest.mark.parametrize(
    ("shard", "before", "failed", "line"),
    [
        (Shard(), 0, 1, ""),
        (Shard(), 2, 0, "3 videos looked at, 2 done before.\n"),
        (Shard(1, 4, 1), 0, 1, "Process 1 of 4: 3 videos looked at, 0 done before, 1 left out.\n"),
    ],
)
def test_a_process_says_its_share_where_it_is_not_the_whole_work(
    shard: Shard, before: int, failed: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_share(shard, proposed=3, before=before, failed=failed)

    assert capsys.readouterr() == ("", line)


def test_each_failure_has_a_line_and_the_last_one_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    failed = [("a.mp4", "It is empty."), ("b.mp4", "It is gone.")]

    print_failures(failed)

    assert capsys.readouterr().err == "Left out: a.mp4 (It is empty.)\nLeft out: b.mp4 (It is gone.)\n"
    with pytest.raises(SomeVideosFailed, match=r"^2 of 3 videos failed, the last one: It is gone\.$"):
        raise_failures(failed, 3)
    with pytest.raises(SomeVideosFailed, match=r"^The video failed: It is empty\.$"):
        raise_failures(failed[:1], 1)
    raise_failures([], 3)
