"""Settings of a proposal: the configuration's numbers where none are given, and windows that cannot be."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from model.config import named
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings, SettledSettings, WindowsTooClose, with_thresholds

CONFIG = named("tevit_r50")  # windows of 36 frames that share 6


def numbers(**given: Any) -> tuple[int, int, int]:
    settled = ProposeSettings(**given).settled(CONFIG)
    return settled.window, settled.overlap, settled.max_tracks


def test_numbers_that_are_not_given_are_those_of_the_configuration() -> None:
    assert numbers() == (CONFIG.window, CONFIG.overlap, CONFIG.max_tracks)
    assert numbers(window=20, overlap=1, max_tracks=3) == (20, 1, 3)


@pytest.mark.parametrize(("window", "overlap"), [(8, 4), (7, 3), (2, 1), (1, 0), (12, 6), (100, 6)])
def test_small_windows_share_at_most_half_of_their_frames(window: int, overlap: int) -> None:
    assert numbers(window=window)[:2] == (window, overlap)


def test_a_precision_that_nobody_chose_is_float32() -> None:
    assert ProposeSettings().settled(CONFIG).precision == "float32"
    assert ProposeSettings(precision="fast").settled(CONFIG).precision == "fast"


def test_settling_twice_changes_nothing_and_adds_no_setting() -> None:
    settled = ProposeSettings("published", window=8).settled(CONFIG)
    assert settled.settled(named("tevit_tiny")) == settled
    assert asdict(settled).keys() == asdict(ProposeSettings()).keys()


@pytest.mark.parametrize(("window", "overlap"), [(4, 4), (4, 9), (0, 0), (4, -1)])
def test_windows_that_share_all_their_frames_are_refused(window: int, overlap: int) -> None:
    sentence = f"Windows of {window} frames cannot share {overlap}; take a smaller --overlap."
    with pytest.raises(WindowsTooClose, match=f"^{sentence}$"):
        ProposeSettings(window=window, overlap=overlap)


def test_an_overlap_that_is_too_large_for_the_configured_window_is_refused_when_settled() -> None:
    alone = ProposeSettings(overlap=CONFIG.window)
    with pytest.raises(WindowsTooClose, match=f"Windows of {CONFIG.window} frames"):
        alone.settled(CONFIG)


def test_settings_are_read_from_the_parameters_of_a_job() -> None:
    assert ProposeSettings.of({"checkpoint": "c"}) == ProposeSettings()
    stored = {"checkpoint": "c", "rule": "published", "window": 8, "max_tracks": None}
    assert ProposeSettings.of(stored) == ProposeSettings("published", window=8)
    assert ProposeSettings.of(asdict(ProposeSettings(overlap=2))) == ProposeSettings(overlap=2)


def test_thresholds_are_the_given_ones_else_those_of_the_checkpoint_else_the_defaults() -> None:
    own, asked = Thresholds(0.2, 0.1), Thresholds(0.3, 0.2)
    assert ProposeSettings().settled(CONFIG).thresholds == Thresholds()
    assert ProposeSettings().settled(CONFIG, own).thresholds == own
    settled = ProposeSettings(thresholds=asked).settled(CONFIG, own)
    assert settled.thresholds == asked == settled.settled(CONFIG, own).thresholds
    assert ProposeSettings.of(json.loads(json.dumps(asdict(settled)))).thresholds == asked


def test_settings_that_an_earlier_version_stored_have_the_defaults() -> None:
    stored = asdict(ProposeSettings().settled(CONFIG))
    del stored["thresholds"]
    assert with_thresholds(stored) == asdict(ProposeSettings().settled(CONFIG))
    other = asdict(ProposeSettings(thresholds=Thresholds(0.2)).settled(CONFIG))
    assert with_thresholds(other) == other


def test_settled_settings_have_every_number() -> None:
    with pytest.raises(TypeError, match="window"):
        SettledSettings("review", precision="fast", max_tracks=1, overlap=0)  # type: ignore[call-arg]
