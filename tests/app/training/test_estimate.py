"""The time of a retraining is estimated from earlier ones, or from the work that its plan counts."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training.estimate import CHOOSING_FOLDS, expected, guessed, seconds_of, sentence
from app.training.phases import GUESS
from app.training.plan import RetrainPlan
from model.adapting.choosing import Budget
from storage import jobs
from storage.database import Database
from tests.app.made import project_with

EMPTY: dict[str, Any] = {
    **dict.fromkeys(("videos", "tracks", "masks_accepted", "masks_drawn", "masks_imported"), 0),
    **dict.fromkeys(("ignored_unreviewed", "ignored_uncategorised", "complete_frames", "absences"), 0),
    **dict.fromkeys(("rejected_masks", "rejected_tracks", "background_only", "corrected_videos"), 0),
}


def planned(masks: int, trainings: int = 1) -> RetrainPlan:
    facts = {**EMPTY, "masks_drawn": masks}
    return RetrainPlan(**facts, background=(), evaluation="k-fold", reason=None, trainings=trainings)


def with_videos(videos: int, trainings: int = 4) -> RetrainPlan:
    """A plan of so many videos of twelve frames, all of them measured, with two masks a frame."""
    frames = 12 * videos
    bare = planned(2 * frames, trainings)
    return dataclasses.replace(bare, labelled_frames=frames, measured_videos=videos, measured_frames=frames)


def run(seconds: float, masks: int, trainings: int = 1) -> dict[str, Any]:
    return {"seconds": seconds, "plan": dataclasses.asdict(planned(masks, trainings))}


def test_without_an_earlier_run_nothing_is_known() -> None:
    assert seconds_of(planned(500), []) is None
    assert seconds_of(planned(500), [{}, {"seconds": 9}, {"plan": {}}]) is None


def test_the_newest_run_that_tells_counts() -> None:
    assert seconds_of(planned(500), [{}, run(60, 500), run(900, 500)]) == 60


@pytest.mark.parametrize(
    ("masks", "trainings", "seconds"),
    [(1000, 1, 120), (500, 4, 240), (10, 1, 36), (100_000, 1, 270)],
)
def test_time_grows_with_masks_up_to_the_most_steps_and_with_trainings(
    masks: int, trainings: int, seconds: float
) -> None:
    assert seconds_of(planned(masks, trainings), [run(60, 500)]) == pytest.approx(seconds)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 4))
def test_more_masks_never_take_less_time(one: int, other: int, trainings: int) -> None:
    few, many = (seconds_of(planned(masks, trainings), [run(60, 500)]) for masks in sorted((one, other)))
    assert few is not None and many is not None and 0 < few <= many


def test_an_earlier_run_is_scaled_by_the_parts_of_its_work() -> None:
    pace = {"train": 0.5, "measure": 0.1, "steady": 0.4}
    before = {"seconds": 500.0, "plan": dataclasses.asdict(with_videos(8)), "pace": pace}
    steps, frames = 4 * 200 * 0.5, 96 * 2 * 0.5
    assert seconds_of(with_videos(8), [before]) == pytest.approx(500)
    twice = dataclasses.replace(with_videos(8), measured_frames=2 * 96)
    assert seconds_of(twice, [before]) == pytest.approx(500 * (steps + 2 * frames) / (steps + frames))


def test_before_any_run_the_counted_work_gives_a_guess_for_configurations_that_are_known() -> None:
    eight = guessed(with_videos(8), "tevit_tiny")
    assert eight is not None and 120 < eight < 300, "201 s were measured"
    lite, steady = guessed(with_videos(8), "tevit_lite"), 2 * 96 * GUESS["steady"]
    assert lite == pytest.approx(1.6 * (eight - steady) + steady), "masks are made steady by the same networks"
    assert guessed(with_videos(8), "tevit_tiny", slow=3.0) == pytest.approx(3 * eight)
    assert guessed(with_videos(8), "tevit_msgshift") is None
    assert guessed(planned(0), "tevit_tiny") is None
    old = guessed(with_videos(8), "tevit_msgshift", {"train": 2.0, "measure": 0.5}, slow=3.0)
    assert old == pytest.approx(4 * 200 * 2.0 + 2 * 96 * (0.5 + 3 * GUESS["steady"])), "no run has timed that yet"
    with_pace = guessed(with_videos(8), "tevit_msgshift", {"train": 2.0, "measure": 0.5, "steady": 0.25})
    assert with_pace == pytest.approx(4 * 200 * 2.0 + 2 * 96 * (0.5 + 0.25))


@pytest.mark.parametrize(("trainings", "networks"), [(1, 3), (2, 4), (3, 3), (4, 4)])
def test_networks_that_only_choose_are_counted_where_fewer_than_two_folds_do(trainings: int, networks: int) -> None:
    assert Budget().folds == CHOOSING_FOLDS
    facts = {"corrected_videos": 30, "held_out": ("a",) * 8}
    many = dataclasses.replace(with_videos(30, trainings), **facts)
    pace = {"train": 1.0, "measure": 0.0, "steady": 0.0}
    each = guessed(with_videos(30, 1), "tevit_msgshift", pace)
    assert each is not None
    assert guessed(many, "tevit_msgshift", pace) == pytest.approx(networks * each)
    assert guessed(many, "tevit_msgshift", pace, steps=7) == pytest.approx(trainings * 7), "nothing is chosen"
    before = {"seconds": 60.0, "plan": dataclasses.asdict(many)}
    assert seconds_of(with_videos(30, 1), [before]) == pytest.approx(60 / networks)
    one_taught = dataclasses.replace(many, corrected_videos=9)
    assert guessed(one_taught, "tevit_msgshift", pace) == pytest.approx(trainings * each)


@given(st.integers(1, 60), st.integers(1, 60))
def test_more_videos_are_never_guessed_to_take_less_time(one: int, other: int) -> None:
    few, many = (guessed(with_videos(videos), "tevit_tiny") for videos in sorted((one, other)))
    assert few is not None and many is not None and few <= many


def test_runs_of_the_project_come_before_those_of_others_and_these_before_a_guess(database: Database) -> None:
    mine, other = (project_with(database, "fish", name=name)[0] for name in ("mine", "other"))

    def finished(project: str, config: str, pace: float, seconds: float, *, steady: bool = True, **typed: int) -> None:
        with database.atomic() as tx:
            job = jobs.enqueue(tx, kind="retrain", project_id=project, parameters=typed)
            jobs.claim(tx, worker="test", kinds=["retrain"])
            lineage = {"config": config}
            plan = dataclasses.asdict(with_videos(8))
            every = {"train": pace, "measure": 0.01, **({"steady": 0.1} if steady else {})}
            result = {"pace": every, "lineage": lineage, "plan": plan, "seconds": seconds}
            jobs.finish(tx, job.id, result=result)

    def now() -> float | None:
        with database.read() as tx:
            return expected(tx, mine.id, with_videos(8), "tevit_r50")

    assert now() is None
    finished(other.id, "tevit_tiny", pace=0.1, seconds=10)
    assert now() is None, "another network has another pace"
    finished(other.id, "tevit_r50", pace=1.0, seconds=900)
    guess = now()
    assert guess is not None and guess > 800
    finished(mine.id, "tevit_r50", pace=1.0, seconds=70)
    assert now() == pytest.approx(70)
    finished(mine.id, "tevit_r50", pace=1.0, seconds=9, steps=2)
    assert now() == pytest.approx(70), "steps that a person gave say nothing of those that are chosen"
    with database.read() as tx:
        few = expected(tx, mine.id, with_videos(8), "tevit_r50", steps=2)
    assert few is not None and few < 60, "far from the 900 of many steps"
    finished(mine.id, "tevit_tiny", pace=0.1, seconds=5)
    assert now() == pytest.approx(70), "it started from another network"
    finished(mine.id, "tevit_r50", pace=1.0, seconds=20, steady=False)
    assert now() == pytest.approx(70), "it did not make masks steady, as the next one does"


def test_the_time_is_a_sentence() -> None:
    assert sentence(None) == "How long it takes is known after the first run."
    assert sentence(8).startswith("It takes about 1 minute,") and sentence(200).startswith("It takes about 3 minutes,")
