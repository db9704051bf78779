import shutil
from pathlib import Path

import pytest

from tests.javascript import check
from tests.javascript.node import HERE, NoNode


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout: room for one module, a suite, and the settings of both programs."""
    (tmp_path / "assets").mkdir()
    settings = tmp_path / "tests" / "javascript"
    settings.mkdir(parents=True)
    (settings.parent / "sample.test.mjs").write_text("export {};\n")
    for name in ("tsconfig.json", "prettier.json"):
        shutil.copy(HERE / name, settings / name)
    script = check.COMMANDS["types"][0]
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setitem(check.COMMANDS, "types", (script, "--project", str(settings / "tsconfig.json")))
    return tmp_path / "assets"


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("/** @param {string} name */\nexport const first = (name) => name[0];\n", 0),
        ("/** @param {string} name */\nexport const first = (name) => name.frist;\n", 2),
        ("export const first = (name) => name[0];\n", 2),
    ],
    ids=["sound", "a wrong name", "no type"],
)
def test_types_are_checked_strictly(tree: Path, module: str, code: int) -> None:
    (tree / "sample.js").write_text(module)

    assert check.main(["types"]) == code


@pytest.mark.parametrize(
    ("name", "text"), [("sample.js", 'export const a = "b";\n'), ("sample.css", ".v-a {\n  color: inherit;\n}\n")]
)
def test_a_file_with_another_format_fails_and_is_formatted_on_request(tree: Path, name: str, text: str) -> None:
    file = tree / name
    file.write_text(text)
    assert check.main(["format"]) == 0

    file.write_text(text.replace(" ", "   ").replace('"', "'"))
    assert check.main(["format"]) == 1
    assert check.main(["format", "--write"]) == 0
    assert file.read_text() == text


def test_without_node_a_check_fails_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(path: str) -> list[str]:
        raise NoNode("Node is missing.")

    monkeypatch.setattr(check, "program", missing)

    assert check.main(["types"]) == 1
    assert capsys.readouterr().err == "Node is missing.\n"
