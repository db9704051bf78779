"""XML in parts."""

from pathlib import Path

import pytest

from storage.formats.errors import FormatError
from storage.formats.xml_files import elements, root_of


def test_the_elements_below_the_root_come_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<all><one k='1'>text<in/></one>\n<two/></all>")
    found = [(element.tag, element.text, len(element)) for element in elements(path)]
    assert found == [("one", "text", 1), ("two", None, 0)]
    assert root_of(path) == "all"


def test_utf_16_is_read_and_other_text_has_no_root(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text('<?xml version="1.0" encoding="utf-16"?><ä><b/></ä>', encoding="utf-16")
    assert [element.tag for element in elements(path)] == ["b"]
    path.write_text("no xml")
    assert root_of(path) is None


@pytest.mark.parametrize("encoding", ["", "none-such", "utf-7", "gbk", "shift_jis", "1.5"])
def test_an_encoding_that_expat_does_not_read_is_one_sentence(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><annotations><b/></annotations>')
    for read in (root_of, lambda file: list(elements(file))):
        if encoding in ("", "1.5") and read is root_of:
            assert read(path) is None  # no name of an encoding, so the head is no XML
            continue
        with pytest.raises(FormatError, match=r"a\.xml: (declares an encoding that is not read|this is not whole XML)"):
            read(path)


def test_an_error_has_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<all>\n<one></two></all>")
    with pytest.raises(FormatError, match="mismatched tag at line 2, column 7"):
        list(elements(path))


def test_the_reading_can_be_stopped(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(f"<all>{'<one/>' * 100_000}</all>")
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(elements(path, check))
