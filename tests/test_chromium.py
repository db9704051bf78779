import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import chromium
from tests.conftest import no_browser


def test_a_browser_named_by_hand_comes_first_if_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        path.write_text("")
    monkeypatch.setenv("TEVIT_BROWSER", str(mine))
    monkeypatch.setattr(chromium.shutil, "which", lambda name: str(other))
    monkeypatch.setattr(chromium, "starts", lambda path: True)
    assert chromium.system_browser() == str(mine)

    monkeypatch.setattr(chromium, "starts", lambda path: path != str(mine))
    assert chromium.system_browser() == str(other)


def test_no_browser_anywhere_is_an_empty_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEVIT_BROWSER", raising=False)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: None)
    monkeypatch.setattr(chromium, "PLACES", ())

    assert chromium.system_browser() == ""


def test_a_program_that_does_not_start_is_no_browser(tmp_path: Path) -> None:
    assert chromium.starts(str(tmp_path / "none")) is False
    assert chromium.starts(sys.executable) is True


@pytest.mark.parametrize("helps", ["installed", "playwright has one", "playwright fetches", "packages", "nothing"])
def test_a_browser_is_looked_for_in_the_order_of_least_effort(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], helps: str
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(chromium.subprocess, "call", lambda command, **options: ran.append(" ".join(command[-2:])) or 0)
    monkeypatch.setattr(chromium.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0, raising=False)
    by_packages = {"packages": lambda: bool(ran and ran[-1].endswith("chromium") and "--yes" in ran[-1])}
    there: Callable[[], bool] = by_packages.get(helps, lambda: helps == "installed")
    fetched = {"playwright has one": lambda: True, "playwright fetches": lambda: bool(ran)}
    monkeypatch.setattr(chromium, "system_browser", lambda: "system" if there() else "")
    monkeypatch.setattr(chromium, "playwright_browser", lambda: "own" if fetched.get(helps, lambda: False)() else "")

    found = chromium.prepare()

    expected = {"installed": "system", "packages": "system", "nothing": ""}
    assert found == expected.get(helps, "own")
    efforts = {"installed": 0, "playwright has one": 0, "playwright fetches": 1, "packages": 3, "nothing": 3}
    assert len(ran) == efforts[helps]


def test_in_ci_a_missing_browser_fails_and_elsewhere_it_skips() -> None:
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        no_browser("no browser", in_ci=True)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        no_browser("no browser", in_ci=False)
