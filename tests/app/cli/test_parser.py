"""The flags of every command: defaults, wrong usage, help."""

import pytest

from app import commands
from app.cli.parser import with_default_command
from tests.app.cli.every_command import every_command


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], ["serve"]),
        (["--port", "80"], ["serve", "--port", "80"]),
        (["--data", "d"], ["serve", "--data", "d"]),
        (["--data", "d", "worker"], ["--data", "d", "worker"]),
        (["frames", "x"], ["frames", "x"]),
        (["--help"], ["--help"]),
        (["nonsense"], ["nonsense"]),
        (["--project", "test"], ["serve", "--project", "test"]),
        (["--proj", "test", "--no-browser"], ["serve", "--proj", "test", "--no-browser"]),
        (["--project=test"], ["serve", "--project=test"]),
        (["--project", "test", "worker"], ["--project", "test", "worker"]),
    ],
)
def test_without_a_command_the_app_is_started(given: list[str], meant: list[str]) -> None:
    assert with_default_command(given) == meant


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["frames"],
        ["evaluate", "one.json"],
        ["train", "--annotations", "a.json"],
        ["train", "--annotations", "a", "--frames", "f", "--config", "c", "--out", "o", "--steps", "0"],
        ["train", "--annotations", "a", "--frames", "f", "--config", "c", "--out", "o", "--lr", "nan"],
        ["train", "--annotations", "a", "--frames", "f", "--config", "c", "--out", "o", "--seed", str(2**63)],
        [
            "synthesize",
            "--out",
            "o",
            "--domain",
            "demo",
            "--videos",
            "1",
            "--frames",
            "1",
            "--size",
            "160",
            "--seed",
            "0",
        ],
        [
            "synthesize",
            "--out",
            "o",
            "--domain",
            "demo",
            "--videos",
            "x",
            "--frames",
            "1",
            "--size",
            "9x9",
            "--seed",
            "0",
        ],
        ["frames", "x", "--extract", "1,b"],
        ["propose", "v", "--rule", "mine"],
        ["export", "--out", "o", "--version", "2020"],
        ["models"],
        ["models", "burn"],
        ["check", "a.json", "b.json"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main(arguments)

    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["64", "64x", "x64", "", "x"])
def test_a_size_that_is_none_is_told_how_to_write_it(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    flags = ["--out", "o", "--domain", "demo", "--videos", "1", "--frames", "1", "--seed", "0"]
    with pytest.raises(SystemExit) as ended:
        commands.main(["synthesize", *flags, "--size", text])

    assert ended.value.code == 2
    assert "WIDTHxHEIGHT" in capsys.readouterr().err


@pytest.mark.parametrize("name", every_command())
def test_every_command_explains_itself_and_takes_the_common_flags(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        commands.main([name, "--help"])

    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(flag in told for flag in ("--data", "--database", "--project", "--device"))
