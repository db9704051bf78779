"""The READMEs are true: commands parse, paths and links lead somewhere, settings and packages are named."""

import re
from pathlib import Path

import cv2
import pytest

from app.settings import make_settings
from storage import frames
from tests.app.cli.every_command import every_command
from tests.readmes import (
    ROOMS,
    ROOT,
    Readme,
    readmes,
    require_launch_command,
    require_module_command,
    section,
    table_rows,
)

README, *OTHERS = readmes()
ALL = (README, *OTHERS)
LONGEST = 140
SETTINGS = ROOT / "app" / "settings.py"


def known_folder(place: str) -> bool:
    return place.startswith(tuple(f"{room}/" for room in ROOMS))


def words_of(text: str) -> str:
    """Text without code, in small letters."""
    return " ".join(part for at, part in enumerate(Readme("", text).prose.split("`")) if at % 2 == 0).lower()


def launch_commands() -> list[tuple[str, list[str]]]:
    return [(readme.place, words) for readme in ALL for words in readme.commands() if words[:1] != ["-m"]]


def module_commands() -> list[tuple[str, list[str]]]:
    return [(readme.place, words[1:]) for readme in ALL for words in readme.commands() if words[:1] == ["-m"]]


# --- commands


@pytest.mark.parametrize(("place", "words"), launch_commands(), ids=lambda given: str(given))
def test_every_command_of_a_readme_parses(place: str, words: list[str]) -> None:
    require_launch_command(words)


@pytest.mark.parametrize(("place", "words"), module_commands(), ids=lambda given: str(given))
def test_every_module_of_a_readme_takes_its_arguments(place: str, words: list[str]) -> None:
    require_module_command(words)


def test_wrong_commands_are_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "```sh\npython3 launch.py retrain --sleps 3  # no\n```\n`.venv/bin/python -m model.example A`, `python3 x.py`"
    )
    first, second = Readme("", text).commands()

    with pytest.raises(ValueError, match="sleps"):
        require_launch_command(first)
    with pytest.raises(ValueError, match="another usage"):
        require_module_command(second[1:])
    with pytest.raises(ValueError, match="no module"):
        require_module_command(["tests.benchmarks.none"])
    with pytest.raises(ValueError, match="vidos"):
        require_module_command(["tests.benchmarks.windows_memory", "--vidos", "3"])
    assert "unrecognized arguments" in capsys.readouterr().err


def test_commands_are_read_from_blocks_and_sentences() -> None:
    text = (
        "Run `python3 launch.py frames FILE`, or `python3 launch.py NAME …`.\n"
        "```sh\n.venv/bin/torchrun --nproc-per-node 4 -m app.commands train \\\n    --out 'a b'   # comment\n```\n"
    )

    assert list(Readme("", text).commands()) == [["-m", "app.commands", "train", "--out", "a b"], ["frames", "FILE"]]


def test_the_readme_names_every_command() -> None:
    assert {*every_command()} <= set(README.spans)


# --- paths and links


@pytest.mark.parametrize("readme", ALL, ids=lambda readme: readme.place)
def test_every_path_and_module_that_is_named_exists(readme: Readme) -> None:
    paths = [span for span in readme.spans if known_folder(span) and " " not in span]
    modules = [span.replace(".", "/") for span in readme.spans if span.partition(".")[0] in ROOMS and "/" not in span]
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [module for module in modules if not ((ROOT / f"{module}.py").exists() or (ROOT / module).is_dir())]

    assert missing == []


@pytest.mark.parametrize("readme", ALL, ids=lambda readme: readme.place)
def test_every_link_leads_to_a_file_and_its_heading(readme: Readme) -> None:
    by_place = {other.place: other for other in ALL}
    broken = []
    for link in readme.links:
        target, _, anchor = link.partition("#")
        if target.startswith("https://"):
            continue
        path = (ROOT / readme.place).parent / target if target else ROOT / readme.place
        place = path.resolve().relative_to(ROOT).as_posix()
        if not path.exists() or (anchor and anchor not in by_place[place].anchors):
            broken.append(link)

    assert broken == []


def test_every_other_readme_is_linked_from_the_first() -> None:
    assert {readme.place for readme in OTHERS} <= {link.partition("#")[0] for link in README.links}


def test_the_picture_is_that_of_a_whole_page_and_small() -> None:
    (place,) = [link for link in README.links if link.endswith(".png")]
    picture = cv2.imread(str(ROOT / place))

    assert picture is not None
    assert picture.shape[1] == 1280 and 600 < picture.shape[0] <= 800
    assert (ROOT / place).stat().st_size < 400_000


def test_the_map_names_every_package_and_no_other() -> None:
    named: dict[str, set[str]] = {}
    room = ""
    for line in Readme("", section(README, "Map")).code:
        words = [word for word in line.split("  ")[0 if line[:1] != " " else 1].split() if word.endswith("/")]
        if line[:1] != " ":
            room = line.split()[0].rstrip("/")
        else:
            named.setdefault(room, set()).update(word.rstrip("/") for word in words)

    for part in ("app", "model", "storage"):
        folders = {path.parent.name for path in (ROOT / part).glob("*/*.py")}
        assert named[part] == folders, part
    assert named["assets"] == {path.name for path in (ROOT / "assets").iterdir() if path.is_dir()} - {"readme"}


def test_the_order_of_the_folders_of_app_is_that_of_their_imports() -> None:
    (rule,) = re.findall(r"^```\n(cli > [^`]*)```", section(README, "Map").replace("\n> ", " > "), re.MULTILINE)
    floors = {name: at for at, names in enumerate(rule.split(" > ")) for name in re.findall(r"\w+", names)}
    climbs = []
    for path in (ROOT / "app").glob("*/**/*.py"):
        here = path.relative_to(ROOT / "app").parts[0]
        for there in re.findall(r"^\s*(?:from|import) app\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            if there != here and {there, here} <= set(floors) and floors[there] <= floors[here]:
                climbs.append(f"{path.relative_to(ROOT)} imports app.{there}")

    assert set(floors) == {path.parent.name for path in (ROOT / "app").glob("*/*.py")}
    assert climbs == []


def test_functions_of_frames_that_are_named_exist() -> None:
    (readme,) = [readme for readme in OTHERS if readme.place == "storage/frames/README.md"]
    named = [row[0].strip("`") for row in table_rows(readme.text.partition("## ")[0])]

    assert len(named) == 5
    assert [name for name in named if not callable(getattr(frames, name, None))] == []


def test_words_of_the_pages_stand_in_the_pages() -> None:
    (readme,) = [readme for readme in OTHERS if readme.place == "app/web/README.md"]
    labels = set(re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", readme.prose.replace("\n", " ")))
    pages = "".join(
        path.read_text(encoding="utf-8")
        for folder, suffix in (("assets", "*.js"), ("app/web", "*.py"))
        for path in (ROOT / folder).rglob(suffix)
    )

    assert len(labels) > 8
    assert [label for label in labels if label not in pages] == []


def test_keys_that_are_named_are_bound() -> None:
    (table,) = [part for part in README.text.split("\n\n") if part.startswith("| key |")]
    cells = [cell for row in table_rows(table) for cell in (row[0], row[2])]
    named = [key.replace(" ", "+") for cell in cells for key in re.findall(r"`([^`]+)`", cell)]
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "assets" / "editor").rglob("*.js")]
    lists = [keys for source in sources for keys in re.findall(r"\[[^\[\]]*\]", source)]
    bound = {key for keys in lists for key in re.findall(r'"([^"]+)"', keys)}

    assert len(named) > 10
    assert [key for key in named if key not in bound] == []


# --- settings, words, length


def test_every_setting_of_the_environment_is_named_and_no_other() -> None:
    prefix = "TEVIT_"
    pieces = SETTINGS.read_text(encoding="utf-8").split('"')
    settings = {piece for piece in pieces if piece.startswith(prefix)}
    named = {span for readme in ALL for span in readme.spans if span.startswith(prefix)}
    ours = ("launch.py", "tests/material.py", "tests/conftest.py", "tests/suite.py")
    everywhere = [SETTINGS, *(ROOT / place for place in ours)]
    known = "".join(path.read_text(encoding="utf-8") for path in everywhere)

    assert len(settings) > 5
    assert settings <= named
    assert [name for name in named if name not in known] == []


def test_defaults_of_settings_are_those_of_the_program(tmp_path: Path) -> None:
    (readme,) = [readme for readme in OTHERS if readme.place == "app/web/README.md"]
    told = {row[1].strip("`"): row[2] for row in table_rows(section(readme, "Settings"))}
    made = make_settings(data=tmp_path, environment={})

    assert told["TEVIT_HOST"] == made.host and told["TEVIT_PORT"] == str(made.port)
    assert told["TEVIT_FRAME_CACHE_MIB"] == str(made.frame_cache_bytes >> 20)
    assert told["TEVIT_FRAME_DISK_MIB"] == str(made.frame_disk_bytes >> 20)
    assert told["TEVIT_WORKER_IDLE_SECONDS"] == f"{made.worker_idle_seconds:.0f}"


def test_words_to_avoid_are_avoided() -> None:
    glossary = table_rows(section(README, "Words"))
    avoided = {word.strip() for row in glossary for word in row[2].split(",")}
    found = []
    for readme in ALL:
        text = f" {' '.join(words_of(readme.text.replace(section(README, 'Words'), '')).replace(',', ' ').split())} "
        found += [f"{readme.place}: {word}" for word in sorted(avoided) if f" {word} " in text.replace(".", " ")]

    assert len(avoided) >= len(glossary)
    assert found == []


def test_the_glossary_has_each_word_once() -> None:
    words = [word for row in table_rows(section(README, "Words")) for word in row[0].split(", ")]

    assert len(words) == len(set(words))
    assert {"window", "confirmed", "gap", "stand-in", "run", "edit log", "release", "starting point"} <= set(words)


def test_the_readme_is_one_that_is_read() -> None:
    assert len(README.text.splitlines()) <= LONGEST


@pytest.mark.parametrize("readme", ALL, ids=lambda readme: readme.place)
def test_prose_fits_the_width_of_the_code(readme: Readme) -> None:
    long = [line for line in readme.text.splitlines() if len(line) > 120 and not line.startswith("|")]

    assert long == []


@pytest.mark.parametrize("readme", ALL, ids=lambda readme: readme.place)
def test_no_readme_holds_a_path_of_somebodys_machine(readme: Readme) -> None:
    assert [part for part in ("/home/", "/work/", "/tmp/", "/root/", "C:\\") if part in readme.text] == []
