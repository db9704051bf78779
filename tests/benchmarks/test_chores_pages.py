"""The chores on the pages: which tiles are selected at once, and what is wrong at the end."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Locator, Page

from model.procedural.domains import DEMO_CATEGORIES
from tests.benchmarks import _chores_own as own
from tests.benchmarks._chores_hand import BUTTON, HOME, POINT, TURNS, Hand
from tests.benchmarks._chores_tracks import TRUE_LABEL, WRONG_LABEL, Forty, run_length
from tests.benchmarks._served import Served


@pytest.mark.parametrize(
    ("wrong", "stop"),
    [
        ([True, True, False, False], 2),
        ([True, False, True, True, False], 4),
        ([True, False, False, True], 1),
        ([False, False], 1),
        ([True] * 5, 5),
    ],
)
def test_the_run_leaves_the_fewest_tiles_to_press(wrong: list[bool], stop: int) -> None:
    assert run_length(wrong) == stop


class Wheel:
    """A page whose element comes into view after some turns of the wheel."""

    def __init__(self, after: int) -> None:
        self.left = after
        self.mouse = SimpleNamespace(wheel=self.turned)
        self.turns: list[float] = []

    def turned(self, _: float, down: float) -> None:
        self.turns.append(down)
        self.left -= 1

    def evaluate(self, _: object) -> bool:
        return self.left <= 0

    def count(self) -> int:
        return int(self.left <= 1)


@pytest.mark.parametrize("down", [True, False])
def test_the_wheel_turns_until_the_tile_is_in_view_and_counts_once(down: bool) -> None:
    wheel = Wheel(3)
    hand = Hand(cast(Page, wheel))
    hand.turn(cast(Locator, wheel), down=down)
    assert [turn > 0 for turn in wheel.turns] == [down] * 3
    assert (hand.tally.scrolls, hand.tally.gestures, hand.tally.hand) == (1, 1, POINT)
    with pytest.raises(AssertionError, match="does not lead there"):
        Hand(cast(Page, Wheel(TURNS + 2))).turn(cast(Locator, Wheel(TURNS + 2)), down=down)


def test_a_file_is_chosen_by_two_clicks() -> None:
    chosen: list[str] = []
    hand = Hand(cast(Page, None))
    hand.choose(cast(Locator, SimpleNamespace(set_input_files=chosen.append)), "a.mp4")
    assert chosen == ["a.mp4"]
    assert (hand.tally.clicks, hand.tally.hand) == (2, pytest.approx(2 * (POINT + 2 * BUTTON)))
    assert hand.tally.hand < 2 * (POINT + 2 * BUTTON) + HOME


class Answers:
    """A server that answers by the address."""

    def __init__(self, data: Path, answers: dict[str, Any]) -> None:
        self.server = SimpleNamespace(data=data)
        self.project = "p"
        self.answers = answers

    def call(self, _: str, path: str) -> Any:
        return self.answers[path.removeprefix("/data/")]


def test_tracks_are_left_that_kept_the_wrong_name_or_got_the_right_one_wrongly(tmp_path: Path) -> None:
    categories = [{"id": "1", "name": TRUE_LABEL}, {"id": "2", "name": WRONG_LABEL}]
    tracks = [{"id": name, "category": category} for name, category in (("a", "1"), ("b", "2"), ("c", "1"), ("d", "2"))]
    answers = {"projects/p": {"categories": categories, "videos": [{"id": "v"}]}, "videos/v/tracks": {"tracks": tracks}}
    served = cast(Served, Answers(tmp_path, answers))
    assert Forty(served, ["a", "c"]).left() == []
    assert Forty(served, ["a", "b"]).left() == ["b", "c"]


def rows(*reviews: tuple[str, str]) -> dict[str, Any]:
    return {"tracks": [{"rows": [[k, 1, source, review] for k, (source, review) in enumerate(reviews)]}]}


def test_what_an_own_project_lacks_at_the_end(tmp_path: Path) -> None:
    categories = [{"name": name} for name in DEMO_CATEGORIES]
    answers = {"projects/p": {"categories": categories}}
    bare = answers | {"videos/v/tracks": rows(("proposed", "unreviewed"))}
    assert own.missing(cast(Served, Answers(tmp_path, bare)), "p", "v") == [
        "a drawn mask",
        "a verdict on every mask",
        "an export with annotations",
    ]
    folder = tmp_path / "exports" / "one"
    folder.mkdir(parents=True)
    (folder / "instances.json").write_text(json.dumps({"annotations": [{}]}))
    done = answers | {"videos/v/tracks": rows(("drawn", "corrected"), ("proposed", "accepted"))}
    assert own.missing(cast(Served, Answers(tmp_path, done)), "p", "v") == []
    other = done | {"projects/p": {"categories": categories[1:]}}
    assert own.missing(cast(Served, Answers(tmp_path, other)), "p", "v") == ["the categories"]
