"""The search for cyclic garbage pauses while plain data is made, and goes on afterwards."""

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.plain_data import no_cycle_search
from storage.youtube_vis import read_dataset
from tests.storage.certificate.files import sound


@pytest.fixture(autouse=True)
def searching() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_goes_on_at_the_end_of_the_outer_block() -> None:
    with no_cycle_search():
        with no_cycle_search():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), no_cycle_search():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_who_has_paused_it_for_good_keeps_it_paused() -> None:
    gc.disable()
    with no_cycle_search():
        pass
    assert not gc.isenabled()


def test_a_file_is_read_without_it(tmp_path: Path) -> None:
    seen: list[bool] = []
    (tmp_path / "a.json").write_text(json.dumps(sound()))
    read_dataset(tmp_path / "a.json", check=lambda: seen.append(gc.isenabled()))
    assert seen and not any(seen) and gc.isenabled()
