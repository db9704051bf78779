"""Videos are ranked by uncertainty, by how unlike the corrected ones they look, and by what became worse."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.reviewing.ranking import Findings, Suggestion, VideoFacts, rank

LOOK = np.array([1.0, 0.0], np.float32)
OTHER = np.array([0.0, 1.0], np.float32)


def video(name: str, **facts: object) -> VideoFacts:
    return VideoFacts(name, name, **facts)  # type: ignore[arg-type]


def searched(name: str, errors: float = 0.0, near: int = 0, **facts: object) -> VideoFacts:
    return video(name, proposed=True, findings=Findings(100, near, errors), **facts)


def names(*videos: VideoFacts) -> list[str]:
    return [one.name for one in rank(videos)]


def only(*videos: VideoFacts, name: str) -> Suggestion:
    return next(one for one in rank(videos) if one.name == name)


def test_no_video_and_only_reviewed_videos_give_nothing() -> None:
    assert rank([]) == () == rank([video("a", reviewed=True)])


def test_more_likely_errors_per_mask_come_first() -> None:
    assert names(searched("few", 1), searched("many", 9), searched("some", 4)) == ["many", "some", "few"]


def test_errors_count_per_mask_and_not_by_the_length_of_a_video() -> None:
    long = video("long", proposed=True, findings=Findings(1000, 0, 10))
    assert names(long, searched("short", 5)) == ["short", "long"]


def test_scores_near_the_threshold_decide_where_errors_are_equal() -> None:
    assert names(searched("sure", 2), searched("unsure", 2, near=60)) == ["unsure", "sure"]
    assert "60 % of its scores" in only(searched("sure"), searched("unsure", near=60), name="unsure").reasons[0]


def test_a_video_that_looks_unlike_the_corrected_ones_comes_first() -> None:
    corrected = video("corrected", reviewed=True, frame_look=LOOK)
    alike, unlike = (searched(name, 2, frame_look=look) for name, look in (("alike", LOOK), ("unlike", OTHER)))
    assert names(corrected, alike, unlike) == ["unlike", "alike"]
    assert only(corrected, alike, unlike, name="unlike").reasons == ("It looks unlike the corrected videos.",)
    assert only(corrected, alike, unlike, name="alike").unlike == 0.0


def test_tracks_that_look_unlike_count_as_frames_do() -> None:
    corrected = video("corrected", reviewed=True, track_looks=np.stack([LOOK, LOOK]))
    alike, unlike = (searched(name, 2, track_looks=look[None]) for name, look in (("alike", LOOK), ("unlike", OTHER)))
    assert names(corrected, alike, unlike) == ["unlike", "alike"]


def test_the_second_place_goes_to_a_video_unlike_the_first() -> None:
    twin, other = np.array([0.9, 0.1]), np.array([0.0, 1.0])
    first = searched("first", 9, frame_look=np.array([0.95, 0.05]))
    assert names(first, searched("twin", 5, frame_look=twin), searched("other", 4.9, frame_look=other)) == [
        "first",
        "other",
        "twin",
    ]


def test_a_video_in_which_the_latest_model_is_worse_comes_first_and_names_the_one_before() -> None:
    worse = searched("worse", 5, before=Findings(100, 0, 1.0), before_name="round 1")
    better = searched("better", 5, before=Findings(100, 0, 9.0), before_name="round 1")
    assert names(better, worse) == ["worse", "better"]
    assert "Worse than with round 1: 1 → 5 likely errors per 100 masks." in only(better, worse, name="worse").reasons
    assert only(better, worse, name="better").worse == 0.0


def test_a_video_in_which_nothing_is_found_any_more_is_worse() -> None:
    lost = video("lost", proposed=True, findings=Findings(0, 0, 0), before=Findings(40, 0, 1), before_name="demo")
    found = only(searched("a", 1), lost, name="lost")
    assert found.worse == 1.0 and found.reasons[0] == "The model found nothing in it."
    assert found.reasons[1] == "demo found 40 masks, the latest model none."


def test_videos_without_proposals_are_in_the_middle_and_say_so() -> None:
    assert names(searched("few", 1), video("new"), searched("many", 9)) == ["many", "new", "few"]
    assert only(video("new"), name="new").reasons == ("No proposals yet.",)
    assert only(video("old", proposed=True), name="old").reasons == ("It was not searched yet.",)


def test_one_known_look_among_unknown_ones_is_no_error() -> None:
    found = rank([video("corrected", reviewed=True), searched("a", 1, frame_look=LOOK), searched("b", 2)])
    assert {one.unlike for one in found} == {0.5}
    assert not any("unlike" in reason for one in found for reason in one.reasons)


def test_many_videos_beyond_the_places_chosen_one_by_one_are_all_listed_once() -> None:
    rng = np.random.default_rng(1)
    many = [searched(str(i), float(rng.random()), frame_look=rng.random(3)) for i in range(450)]
    found = names(*many, video("corrected", reviewed=True, frame_look=rng.random(3)))
    assert sorted(found, key=int) == [str(i) for i in range(450)]


@st.composite
def facts(draw: st.DrawFn) -> list[VideoFacts]:
    looks = st.none() | st.sampled_from([LOOK, OTHER, LOOK + OTHER])
    found = st.none() | st.builds(Findings, st.integers(0, 50), st.integers(0, 50), st.floats(0, 20))
    made = draw(st.lists(st.tuples(st.booleans(), st.booleans(), found, found, looks, looks), max_size=12))
    return [
        VideoFacts(
            str(index),
            f"video {index}",
            reviewed=reviewed,
            proposed=proposed or own is not None,
            findings=own,
            before=before,
            frame_look=frame,
            track_looks=None if track is None else np.stack([track]),
        )
        for index, (reviewed, proposed, own, before, frame, track) in enumerate(made)
    ]


@given(facts())
def test_every_unreviewed_video_is_listed_once_with_a_gain_and_a_reason(videos: list[VideoFacts]) -> None:
    found = rank(videos)
    assert sorted(one.video_id for one in found) == sorted(one.video_id for one in videos if not one.reviewed)
    for one in found:
        assert 0 <= one.gain <= 1 and 0 <= one.uncertain <= 1 and 0 <= one.unlike <= 1 and 0 <= one.worse <= 1
        assert one.reasons and all(reason.endswith(".") for reason in one.reasons)


@given(facts())
def test_the_order_does_not_depend_on_the_names(videos: list[VideoFacts]) -> None:
    renamed = [dataclasses.replace(one, name=f"other {one.video_id}") for one in videos]
    assert [one.video_id for one in rank(videos)] == [one.video_id for one in rank(renamed)]
