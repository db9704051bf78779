import pytest

from storage.plain_values import DEEPEST, LARGEST_FLOAT, is_plain, is_plain_text, too_deep
from storage.regular_files import is_regular
from tests.fuzzing.values import nested


@pytest.mark.parametrize("text", ["\0", "a\0", "\ud800", "x\udfff"])
def test_texts_that_no_database_holds(text: str) -> None:
    assert not is_plain_text(text) and not is_plain(text) and not is_plain({text: 1}) and not is_plain([[text]])


@pytest.mark.parametrize(
    "text", ["", "a", "ä字🜚", "\u202e", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]
)
def test_plain_texts(text: str) -> None:
    assert is_plain_text(text) and is_plain({"k": [text]})


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**400, float("nan"), float("inf")])
def test_numbers_that_no_database_holds(number: float) -> None:
    assert not is_plain(number) and not is_plain({"k": [number]})
    assert is_plain(2**63, largest=LARGEST_FLOAT) and not is_plain(10**301, largest=LARGEST_FLOAT)
    assert is_plain(2**63 - 1) and is_plain(-(2**63)) and is_plain(True) and is_plain(None) and is_plain(1e308)


def test_values_are_at_most_so_deep() -> None:
    assert is_plain(nested(DEEPEST)) and not too_deep(nested(DEEPEST))
    for depth in (DEEPEST + 1, 500, 100_000):
        assert too_deep(nested(depth)) and not is_plain(nested(depth))


def test_what_is_no_json_is_not_plain() -> None:
    assert not is_plain(object()) and not is_plain({"k": b"x"})


def test_devices_are_no_regular_files() -> None:
    assert is_regular(__file__) and not is_regular("/dev/null") and not is_regular(".")
    with pytest.raises(FileNotFoundError):
        is_regular("/no/such/file")
