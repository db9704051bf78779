"""The best checkpoint of a run: a better one takes its place, whole, and a new run begins without one."""

import json
from pathlib import Path

import pytest

from app.training.best import BEST, FIGURE, best_figure, forget_best, keep_if_best


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "candidate"
    path.write_bytes(b"one")
    return path


def test_only_a_better_checkpoint_takes_the_place_of_the_best(tmp_path: Path, made: Path) -> None:
    assert best_figure(tmp_path) is None
    assert keep_if_best(tmp_path, made, step=10, ap=0.2)
    made.write_bytes(b"two")
    for worse in (0.1, 0.2, None):
        assert not keep_if_best(tmp_path, made, step=20, ap=worse)
    assert (tmp_path / BEST).read_bytes() == b"one" and best_figure(tmp_path) == 0.2
    assert keep_if_best(tmp_path, made, step=30, ap=0.25)
    assert (tmp_path / BEST).read_bytes() == b"two"
    assert json.loads((tmp_path / FIGURE).read_text()) == {"step": 30, "AP": 0.25}
    assert sorted(path.name for path in tmp_path.iterdir()) == [FIGURE, BEST, "candidate"]


def test_a_figure_of_zero_is_a_figure(tmp_path: Path, made: Path) -> None:
    assert keep_if_best(tmp_path, made, step=1, ap=0.0)
    assert not keep_if_best(tmp_path, made, step=2, ap=0.0)


def test_a_copy_that_fails_leaves_the_best_as_it_was(tmp_path: Path, made: Path) -> None:
    keep_if_best(tmp_path, made, step=1, ap=0.1)
    with pytest.raises(FileNotFoundError):
        keep_if_best(tmp_path, tmp_path / "missing", step=2, ap=0.5)
    assert (tmp_path / BEST).read_bytes() == b"one" and best_figure(tmp_path) == 0.1


def test_a_new_run_begins_without_a_best_checkpoint(tmp_path: Path, made: Path) -> None:
    keep_if_best(tmp_path, made, step=1, ap=0.1)
    forget_best(tmp_path)
    forget_best(tmp_path)
    assert best_figure(tmp_path) is None and not (tmp_path / BEST).exists()
