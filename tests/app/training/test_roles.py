"""Which videos are held out for good: by hash, category by category, and never one that was trained on."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.roles import HELD_OUT_FROM, CorrectedVideo, assigned
from storage.video_roles import GOLDEN, HELD_OUT, TRAINED

VIDEOS = st.lists(
    st.builds(CorrectedVideo, st.integers(0, 30).map(str), st.sets(st.sampled_from("abc"), min_size=1).map(frozenset)),
    min_size=1,
    max_size=24,
)


def plain(count: int) -> list[CorrectedVideo]:
    return [CorrectedVideo(f"content {k}", frozenset({"fish"})) for k in range(count)]


def held_out(roles: dict[str, str]) -> set[str]:
    return {content for content, role in roles.items() if role == HELD_OUT}


def test_under_five_videos_all_are_trained_on_and_from_five_at_least_two_are_held_out() -> None:
    assert [len(held_out(assigned(plain(n), {}))) for n in (1, 4, 5, 8, 10, 15, 40)] == [0, 0, 2, 2, 2, 3, 8]


@settings(max_examples=150, deadline=None)
@given(st.lists(VIDEOS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_a_role_stays_whatever_videos_come_later_and_in_any_order(
    rounds: list[list[CorrectedVideo]], random: Any
) -> None:
    roles: dict[str, str] = {}
    videos: list[CorrectedVideo] = []
    for new in rounds:
        videos += new
        shuffled = random.sample(videos, len(videos))
        now = assigned(shuffled, roles)
        assert {content: now[content] for content in roles} == roles
        assert assigned(videos, roles) == now
        different = {video.content for video in videos}
        assert set(now) == different
        fresh = different - set(roles)
        chosen = held_out(now) - set(roles)
        assert len(chosen) <= (len(fresh) + 1) // 2
        if len(different) < HELD_OUT_FROM:
            assert not chosen
        roles = now


def test_every_category_has_held_out_videos_but_never_its_only_video() -> None:
    names = ["fish"] * 10 + ["crab"] * 10 + ["star"]
    videos = [CorrectedVideo(f"content {k}", frozenset({name})) for k, name in enumerate(names)]
    out = held_out(assigned(videos, {}))
    of = {video.content: video.categories for video in videos}
    assert sorted(next(iter(of[content])) for content in out) == ["crab", "crab", "fish", "fish"]


def test_where_each_category_has_one_video_some_are_held_out_all_the_same() -> None:
    videos = [CorrectedVideo(f"content {k}", frozenset({str(k)})) for k in range(6)]
    assert len(held_out(assigned(videos, {}))) == 2


def test_copies_are_one_video_and_a_corrected_golden_one_gets_a_role_like_any_new_one() -> None:
    copies = [*plain(4), *plain(4)]
    assert held_out(assigned(copies, {})) == set()
    golden = {f"content {k}": GOLDEN for k in range(4)}
    assert set(assigned(plain(4), golden).values()) == {TRAINED}, "few corrections all teach"
    assert assigned(plain(8), golden | {"elsewhere": HELD_OUT}) == assigned(plain(8), {})
    assert "content 7" not in held_out(assigned(plain(8), golden | {"content 7": TRAINED}))


def test_videos_that_were_trained_on_are_never_held_out() -> None:
    first = assigned(plain(4), {})
    assert set(first.values()) == {TRAINED}
    later = assigned(plain(6), first)
    assert len(held_out(later)) == 1 and held_out(later) <= {"content 4", "content 5"}
