"""The loop over videos: a line for each, progress over all, and which errors end it."""

from dataclasses import dataclass

import pytest

from app.errors import BadInput, Cancelled
from app.proposing.over_videos import Done, Line, Share, VideoDone, over_videos
from app.sentences import known_sentence


@dataclass(frozen=True)
class Named:
    id: int
    shown: str


VIDEOS = tuple(Named(number, name) for number, name in enumerate("abc", start=1))


class Loop:
    """Runs the loop; ``errors`` are raised for the videos of these names, ``before`` are finished already."""

    def __init__(self, *, errors: dict[str, BaseException] | None = None, before: str = "") -> None:
        self.errors, self.before = errors or {}, before
        self.lines: list[Line] = []
        self.reported: list[tuple[float, str]] = []

    def one(self, video: Named, share: Share) -> VideoDone:
        share(0.5)
        if video.shown in self.errors:
            raise self.errors[video.shown]
        return VideoDone({"id": video.id, "hash": video.shown}, before=video.shown in self.before)

    def run(self) -> Done:
        return over_videos(
            VIDEOS,
            self.one,
            add=self.lines.append,
            report=lambda done, message: self.reported.append((done, message)),
            reason_of=known_sentence,
        )


def test_each_video_has_a_line_and_is_counted_once() -> None:
    loop = Loop(before="ac")

    done = loop.run()

    assert loop.lines == [{"id": 1, "hash": "a"}, {"id": 2, "hash": "b"}, {"id": 3, "hash": "c"}]
    assert done == Done(proposed=1, before=2, failed=[])


def test_progress_of_a_video_is_progress_over_all() -> None:
    loop = Loop()
    loop.run()
    assert loop.reported == [(0.5 / 3, "a (1 of 3)"), (1.5 / 3, "b (2 of 3)"), (2.5 / 3, "c (3 of 3)")]


def test_a_bad_video_has_a_line_with_its_reason_and_the_others_go_on() -> None:
    loop = Loop(errors={"b": BadInput("It is empty")})

    done = loop.run()

    assert loop.lines[1] == {"id": 2, "failed": "It is empty."}
    assert [line["id"] for line in loop.lines] == [1, 2, 3]
    assert done == Done(proposed=2, before=0, failed=[("b", "It is empty.")])


@pytest.mark.parametrize("error", [KeyError("a mistake"), Cancelled(), KeyboardInterrupt()])
def test_an_error_without_a_reason_ends_the_loop(error: BaseException) -> None:
    loop = Loop(errors={"b": error})

    with pytest.raises(type(error)):
        loop.run()

    assert [line["id"] for line in loop.lines] == [1], "the line of the first video is kept"


def test_a_line_that_cannot_be_kept_ends_the_loop() -> None:
    def add(line: Line) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        over_videos(VIDEOS, Loop().one, add=add, report=lambda done, message: None, reason_of=lambda error: "bad")


def test_no_video_is_nothing_to_do() -> None:
    assert over_videos((), Loop().one, add=pytest.fail, report=pytest.fail, reason_of=pytest.fail) == Done()
