"""How early the order of likely errors shows planted errors, beside two orders by score.

Forty procedural videos hold one to three planted errors each; entries of all videos are in one order. An error is
found by an entry about one of its tracks that shows a frame of it, two frames more or less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from model.likely_errors import LikelyError, Measuring, TrackMeasures, find_errors
from tests.benchmarks._planted_errors import KINDS, Planted, planted_video
from tests.benchmarks._tables import Table, options, progress, show

DOMAINS = ("long", "occlusion", "demo", "unseen")
_NEAR = 2  # frames
_STRETCH = 8  # frames of an entry in the order by score
SHARES = (1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Searched:
    """One video: its planted errors, and its entries by each way of ordering."""

    planted: Sequence[Planted]
    errors: Sequence[LikelyError]
    by_stretch: Sequence[LikelyError]
    by_track: Sequence[LikelyError]


def lowest_scores(measured: Sequence[TrackMeasures], *, whole: bool) -> list[LikelyError]:
    """Entries in order of score: whole tracks by their mean, or stretches of eight masks by their lowest."""
    found = []
    for one in measured:
        frames = one.frames
        step = max(len(frames), 1) if whole else _STRETCH
        for at in range(0, len(frames), step):
            part = frames[at : at + step]
            score = one.score[part]
            frame = int(part[score.argmin()])
            value = 1.0 - float(score.mean() if whole else score.min())
            found.append(LikelyError("score", (one.track.id,), int(part[0]), int(part[-1]), frame, value))
    return found


def shows(entry: LikelyError, error: Planted, *, any_frame: bool = False) -> bool:
    """Whether an entry leads to a planted error; ``any_frame``: it is enough that its frames meet the error's."""
    if not set(entry.tracks) & set(error.tracks):
        return False
    if any_frame:
        return entry.first <= error.last + _NEAR and entry.last >= error.first - _NEAR
    return error.first - _NEAR <= entry.frame <= error.last + _NEAR


def search(index: int, *, seed: int) -> Searched:
    """Video ``index`` of the benchmark."""
    video = planted_video(DOMAINS[index % len(DOMAINS)], seed=seed, index=index)
    measuring = Measuring(video.tracks, len(video.frames))
    for frame, picture in enumerate(video.frames):
        measuring.add(frame, picture)
    tracks = measuring.tracks
    return Searched(
        video.planted,
        find_errors(tracks, len(video.frames)),
        lowest_scores(tracks, whole=False),
        lowest_scores(tracks, whole=True),
    )


def shares_found(videos: Sequence[Searched], order: str) -> tuple[dict[float, float], dict[str, tuple[int, int]]]:
    """The share of planted errors among the first entries, and of each kind (found, planted) among the first 2n."""
    entries = [(entry, at) for at, video in enumerate(videos) for entry in getattr(video, order)]
    entries.sort(key=lambda one: -one[0].strength)
    planted = [(error, at) for at, video in enumerate(videos) for error in video.planted]
    any_frame = order != "errors"  # the orders by score get the benefit of the doubt
    rank = [
        next(
            (k for k, (entry, of) in enumerate(entries) if of == at and shows(entry, error, any_frame=any_frame)), None
        )
        for error, at in planted
    ]
    total = len(planted)
    shares = {share: sum(k is not None and k < share * total for k in rank) / total for share in SHARES}
    kinds = {}
    for kind in KINDS:
        own = [k for k, (error, _) in zip(rank, planted, strict=True) if error.kind == kind]
        kinds[kind] = (sum(k is not None and k < 2 * total for k in own), len(own))
    return shares, kinds


ORDERS = {
    "errors": "likely errors, as the queue has them",
    "by_stretch": "by the lowest score of eight masks",
    "by_track": "by the track's mean score",
}


def table(videos: Sequence[Searched]) -> Table:
    """The share of planted errors among the first entries, for each order."""
    total = sum(len(video.planted) for video in videos)
    rows, facts = [], []
    for order, name in ORDERS.items():
        shares, kinds = shares_found(videos, order)
        entries = sum(len(getattr(video, order)) for video in videos)
        cells = [f"{100 * shares[share]:.0f} %" for share in SHARES]
        rows.append((name, str(entries), *cells))
        facts.append({"order": order, "entries": entries, "shares": shares, "kinds": kinds})
    _, kinds = shares_found(videos, "errors")
    found = ", ".join(f"{kind} {have} of {of}" for kind, (have, of) in kinds.items())
    notes = (
        f"{len(videos)} videos with n = {total} planted errors. Among the first 2n likely errors: {found}.",
        "An order by score counts as right if its frames meet the error anywhere.",
    )
    columns = ("order", "entries", *(f"first {share:g}n" for share in SHARES))
    return Table("planted errors among the first entries of the queue", columns, rows, facts=facts, notes=notes)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=40)
    parser.add_argument("--seed", type=int, default=2029)
    asked = parser.parse_args()
    videos = []
    for index in range(asked.videos):
        videos.append(search(index, seed=asked.seed))
        if index % 10 == 9:
            progress(f"{index + 1} of {asked.videos} videos")
    show(table(videos), asked)


if __name__ == "__main__":
    main()
