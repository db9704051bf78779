"""How many spoiled masks are named before a retraining, and how many sound ones are named wrongly.

A third of the masks of procedural videos change their places with each other: within a video, between videos, or
between the frames of one track. The weights were fitted (``--fit``) to videos of other seeds.
"""

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from app.training.file_clips import YoutubeVisClips
from app.training.promotion import MOST_SUSPICIOUS
from app.training.suspicions import check_corrections
from model.suspicious import search
from model.suspicious.evidence import NAMES, MaskMeasures, evidence
from tests.benchmarks._spoiled_masks import KINDS, WAYS, LabelledVideo, labelled_video, spoil
from tests.benchmarks._tables import Table, options, progress, show

SHARE = 1 / 3
NONE = "none"  # the way in which nothing is spoiled
FIT_SEED, SEED = 101, 2031
_PENALTY = 1e-4  # on the squared weights


@dataclass(frozen=True)
class Judged:
    """The masks of one video: what was measured, and which of them are spoiled (N,) bool."""

    measured: MaskMeasures
    spoiled: np.ndarray
    seconds: float


def measure(video: LabelledVideo) -> tuple[MaskMeasures, float]:
    """What the search measures of a video, and the seconds it takes."""
    started = time.process_time()
    made = search.MaskSearch(video.inputs(), len(video.frames))
    for frame in made.frames:
        made.add(frame, video.frames[frame])
    return made.measured(), time.process_time() - started


def corpus(
    kind: int, *, videos: int, seed: int, ways: Sequence[tuple[str, float]]
) -> Iterator[tuple[str, list[Judged]]]:
    """For each way of spoiling, and its share of the masks: all videos of one kind."""
    sound = [labelled_video(KINDS[kind], seed=seed, index=index) for index in range(videos)]
    for number, (way, share) in enumerate(ways):
        here = deepcopy(sound)
        spoiled = spoil(
            here, share=share, way=WAYS[0] if way == NONE else way, draw=np.random.default_rng([seed, kind, number])
        )
        judged = []
        for v, video in enumerate(here):
            measured, seconds = measure(video)
            at = zip(measured.places.track.tolist(), measured.places.frame.tolist(), strict=True)
            judged.append(Judged(measured, np.array([(v, k, t) in spoiled for k, t in at]), seconds))
        yield way, judged


def fitted(found: Sequence[Judged], *, rounds: int = 4) -> tuple[dict[str, float], float]:
    """Weights, none of them negative, and the constant of a logistic regression; each round trusts by the last one."""
    truth = np.concatenate([one.spoiled for one in found]).astype(float)
    trust = [np.ones(len(one.spoiled)) for one in found]
    values = np.zeros(len(NAMES) + 1)
    for _ in range(rounds):
        table = np.concatenate([evidence(one.measured, here)[0] for one, here in zip(found, trust, strict=True)])
        table = np.concatenate([table, np.ones((len(table), 1))], axis=1)

        def loss(weights: np.ndarray, table: np.ndarray = table) -> tuple[float, np.ndarray]:
            logit = table @ weights
            cost = np.logaddexp(0, logit) - truth * logit
            slope = table.T @ (1 / (1 + np.exp(-logit)) - truth) / len(truth)
            penalty = _PENALTY * np.append(weights[:-1], 0)
            return float(cost.mean() + (penalty * weights).sum() / 2), slope + penalty

        bounds = [(0, None)] * len(NAMES) + [(None, None)]
        values = minimize(loss, values, jac=True, method="L-BFGS-B", bounds=bounds).x
        chances = 1 / (1 + np.exp(-table @ values))
        trust = np.split(1 - chances, np.cumsum([len(one.spoiled) for one in found])[:-1])
    return dict(zip(NAMES, values[:-1].tolist(), strict=True)), float(values[-1])


@dataclass(frozen=True)
class Counts:
    """Masks of some videos: all, spoiled, spoiled and named, sound and named; ``seconds`` of processor time."""

    masks: int = 0
    spoiled: int = 0
    right: int = 0
    wrong: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))

    @property
    def recall(self) -> str:
        """The share of the spoiled masks that is named."""
        return f"{100 * self.right / self.spoiled:.0f} %" if self.spoiled else ""


def counted(found: Sequence[Judged]) -> Counts:
    """What the search names in these videos."""
    named = np.concatenate([search.judged(one.measured)[2] for one in found]) >= search.NAMED
    spoiled = np.concatenate([one.spoiled for one in found])
    right, wrong = int((named & spoiled).sum()), int((named & ~spoiled).sum())
    return Counts(len(spoiled), int(spoiled.sum()), right, wrong, sum(one.seconds for one in found))


def table(counts: Mapping[str, Mapping[str, Counts]]) -> Table:
    """One line for the videos of each kind, with their counts by way of spoiling; and one for all."""
    together = {way: sum((one[way] for one in counts.values()), Counts()) for way in (*WAYS, NONE)}
    rows = []
    for name, ways in [*counts.items(), ("all", together)]:
        spoiled = sum((ways[way] for way in WAYS), Counts())
        every = spoiled + ways[NONE]
        wrong = f"{spoiled.wrong} of {spoiled.right + spoiled.wrong}"
        alarms = f"{ways[NONE].wrong} of {ways[NONE].masks}"
        seconds = f"{1000 * every.seconds / max(every.masks, 1):.1f} s"
        rows.append((name, *(ways[way].recall for way in WAYS), wrong, alarms, seconds))
    columns = ("videos", *(f"named, within {way}" for way in WAYS), "wrongly", "of sound ones", "per 1,000 masks")
    facts = {name: {way: asdict(one) for way, one in ways.items()} for name, ways in counts.items()}
    return Table("spoiled masks that are named", columns, rows, facts=facts)


def shares(seeds: Sequence[int], videos: int) -> Table:
    """The share of suspicious masks in small projects, which the rule of promotion reads: spoiled, and as they were."""
    rows, facts = [], []
    for seed in seeds:
        found = dict(corpus(0, videos=videos, seed=seed, ways=[(WAYS[0], SHARE), (WAYS[1], SHARE), (NONE, 0.0)]))
        counts = {way: counted(judged) for way, judged in found.items()}
        values = {way: (one.right + one.wrong) / max(one.masks, 1) for way, one in counts.items()}
        rows.append((str(seed), *(f"{100 * value:.1f} %" for value in values.values())))
        facts.append({"seed": seed, **values})
        progress(f"seed {seed}")
    limit = f"A retraining is not promoted by itself above {100 * MOST_SUSPICIOUS:.0f} %."
    columns = ("seed", "shuffled within a video", "shuffled between videos", "as they were")
    return Table("share of suspicious masks", columns, rows, facts=facts, notes=(limit,))


def real(file: Path, frames: Path) -> Table:
    """How many masks of a file, which are all sound, are named."""
    source = YoutubeVisClips(file, frames)
    found = check_corrections(source, [video.name for video in source.videos])
    rows = [(f"{one.video}, track {one.track}, frame {one.frame}", one.reason) for one in found.named]
    note = f"{found.suspicious} of {found.masks} masks of {file.parent.name} are named."
    return Table("sound masks that are named", ("mask", "reason"), rows, facts=found.as_json(), notes=(note,))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=12, help="of each kind")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--fit", action="store_true", help="print weights that fit the videos, in place of the table")
    parser.add_argument("--shares", type=int, metavar="N", help="the share of suspicious masks in N small projects")
    parser.add_argument("--annotations", type=Path, help="a YouTube-VIS file, in place of the procedural videos")
    parser.add_argument("--frames", type=Path, help="the folder of its frames")
    asked = parser.parse_args()
    if asked.annotations is not None:
        show(real(asked.annotations, asked.frames), asked)
        return
    if asked.shares is not None:
        show(shares(range(1, asked.shares + 1), asked.videos), asked)
        return
    ways = [*((way, SHARE) for way in WAYS), (NONE, 0.0)]
    if asked.fit:
        fit(asked, [*ways, ("video", 0.1)])
        return
    counts = {}
    for kind, one in enumerate(KINDS):
        name = f"{one.domain}, {one.frames} frames" + (f", one in {one.every}" if one.every > 1 else "")
        found = corpus(kind, videos=asked.videos, seed=asked.seed or SEED, ways=ways)
        counts[name] = {way: counted(judged) for way, judged in found}
        progress(name)
    show(table(counts), asked)


def fit(asked: argparse.Namespace, ways: Sequence[tuple[str, float]]) -> None:
    """Prints weights and constant for `model.suspicious.search`."""
    found = []
    for kind in range(len(KINDS)):
        for _, judged in corpus(kind, videos=asked.videos, seed=asked.seed or FIT_SEED, ways=ways):
            found += judged
        progress(f"{sum(len(one.spoiled) for one in found)} masks")
    weights, constant = fitted(found)
    print({name: round(value, 2) for name, value in weights.items()}, round(constant, 2))


if __name__ == "__main__":
    main()
