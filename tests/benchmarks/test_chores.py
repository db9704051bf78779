"""What the chores are made of: gestures and their cost, and videos in which just one kind of mistake is planted."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from playwright.sync_api import Page

from tests.benchmarks import chores
from tests.benchmarks._chores_hand import BUTTON, HOME, KEY, LOOK, POINT, Hand, Tally
from tests.benchmarks._chores_project import FRAMES, REDRAWN, VIDEOS, Seed, moved, part, render
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack, plan


def hand() -> tuple[Hand, list[str]]:
    """A hand over a page that only notes what is done."""
    done: list[str] = []

    def note(name: str) -> Callable[..., None]:
        return lambda *given, **_: done.append(" ".join([name, *map(str, given)]))

    keyboard = SimpleNamespace(press=note("press"), type=note("type"))
    mouse = SimpleNamespace(click=note("click"), move=note("move"), down=note("down"), up=note("up"))
    return Hand(cast(Page, SimpleNamespace(keyboard=keyboard, mouse=mouse))), done


def test_gestures_are_done_counted_and_have_their_costs() -> None:
    one, done = hand()
    one.key("Shift+s", "Enter")
    one.type("ab")
    one.click((3.0, 4.0))
    one.drag((1.0, 1.0), (5.0, 5.0))
    one.key("+")
    one.look(2)
    tally = one.tally

    assert (tally.keys, tally.clicks, tally.drags, tally.looks, tally.gestures) == (5, 1, 1, 2, 7)
    # Six strokes, a click, a drag with two points, twice between keyboard and mouse, two looks.
    assert tally.hand == pytest.approx(6 * KEY + (POINT + 2 * BUTTON) + (2 * POINT + 2 * BUTTON) + 2 * HOME + 2 * LOOK)
    assert done[:4] == ["press Shift+s", "press Enter", "type ab", "click 3.0 4.0"]
    assert done[4:] == ["move 1.0 1.0", "down", "move 5.0 5.0", "up", "press +"]


def test_waits_are_measured_and_no_part_of_the_hand() -> None:
    one, _ = hand()
    one.wait(lambda: sum(range(200_000)))

    assert one.tally.waited > 0
    assert (one.tally.hand, one.tally.gestures) == (0, 0)
    assert one.tally.seconds == one.tally.waited


scene_of = cache(render)


def left(seeds: list[Seed], wanted: list[Seed]) -> list[Any]:
    """Kinds of what a person would correct."""
    shown = [ShownTrack(f"track {n}", seed.label, seed.masks) for n, seed in enumerate(seeds)]
    truth = [TrueTrack(seed.label, seed.masks) for seed in wanted]
    actions = plan(shown, truth, FRAMES, complete=True)
    return [one.kind for one in actions if one.kind not in {"accept", "absent"}]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("swap", {"swap"}),
        ("two in time", {"track", "draw", "brush"}),
        ("interpolate", {"brush"}),
        ("false", {"reject"}),
    ],
)
def test_a_video_has_just_its_mistake(name: str, kinds: set[str]) -> None:
    index, plant, wanted = VIDEOS[name]
    scene = scene_of(index)

    assert set(left(plant(scene), wanted(scene))) == kinds
    assert left(wanted(scene), wanted(scene)) == []


def test_ten_frames_lie_beside_their_thing() -> None:
    index, plant, _ = VIDEOS["interpolate"]
    scene = scene_of(index)
    masks = plant(scene)[0].masks
    beside = [t for t, mask in masks.items() if not np.array_equal(mask, scene.truth[0][t])]

    assert beside == list(range(*REDRAWN))


def test_masks_are_cut_in_time_and_moved() -> None:
    mask = np.zeros((6, 8), bool)
    mask[1, 2] = True

    assert np.argwhere(moved(mask, 3, 2)).tolist() == [[3, 5]]
    assert not moved(mask, 8, 0).any()
    assert list(part(dict.fromkeys(range(5), mask), 1, 3)) == [1, 2]


def test_every_chore_has_a_title_and_a_row() -> None:
    assert list(chores.TITLES) == list(chores.CHORES)
    table = chores.table([(name, Tally(keys=2, clicks=1, hand=1.25)) for name in chores.CHORES])

    assert [row[0] for row in table.rows] == list(chores.TITLES.values())
    assert table.rows[0][1:] == ("2", "1", "0", "0", "0", "3", "1.2 s", "0.0 s")
