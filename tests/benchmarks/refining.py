"""What the network of edges makes of spoiled masks and of exact ones, in drawn and in real pictures.

Masks are spoiled as its training spoils them (`model.refining.coarse`). *Drawn*: every mask that it draws is taken.
*Trusted*: only in pictures whose exact masks it draws again, as spreading does. *Sure*: only where it has hardly any
doubt, as proposals do. *Exact*: what it makes of the exact masks. Figures are mean IoUs with the exact masks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean

import numpy as np
import torch

from app.checkpoints.networks import kept_refiner
from model.pretrained import missing
from model.prompts.boxes import overlap
from model.propagation.fine_edges import TRUSTED
from model.refining import MaskRefiner
from model.refining.coarse import coarse_mask
from model.refining.examples import LEAST, MaskedPicture
from model.refining.make import scenes
from model.refining.refiner import MOST_DOUBT
from model.steadying.steady import SURE
from tests.benchmarks._spread_videos import real_videos
from tests.benchmarks._tables import Table, options, progress, show

SEED = 3_401  # not that of the training
DRAWN = (("unseen", (320, 180)), ("demo", (160, 96)), ("lifelike", (320, 180)))
SCENES, EVERY = 60, 2  # drawn pictures of a domain; every so manieth annotated frame of a real video
ANYTHING = float("inf")


@dataclass(frozen=True)
class Refined:
    """Mean IoUs with the exact masks, 0 to 1, of ``masks`` masks."""

    name: str
    masks: int
    spoiled: float
    drawn: float
    trusted: float
    sure: float
    exact: float


def real_pictures() -> Iterator[tuple[str, list[MaskedPicture]]]:
    """Of each real video that is there: its name and every `EVERY`-th annotated frame."""
    for video in real_videos():
        frames = sorted(video.annotated)[::EVERY]
        yield video.name, [MaskedPicture(video.frames[k], list(video.masks[k])) for k in frames]


def measure(name: str, pictures: Sequence[MaskedPicture], refiner: MaskRefiner) -> Refined:
    """One row; masks of fewer than `LEAST` pixels are left out."""
    draw = np.random.default_rng(SEED)
    found: list[tuple[float, ...]] = []
    for one in pictures:
        masks = [mask for mask in one.masks if int(mask.sum()) >= LEAST]
        spoiled = [
            coarse_mask(mask, [other for other in one.masks if other is not mask and other.any()], draw)
            for mask in masks
        ]
        found.extend(_of_picture(one.picture, masks, spoiled, refiner))
    result = Refined(name, len(found), *(fmean(column) for column in zip(*found, strict=True)))
    progress(str(result))
    return result


def _of_picture(
    picture: np.ndarray, masks: Sequence[np.ndarray], spoiled: Sequence[np.ndarray], refiner: MaskRefiner
) -> Iterator[tuple[float, ...]]:
    """Of each mask: the IoUs of the columns."""

    def ious(given: Sequence[np.ndarray], most_doubt: float, instead: Sequence[np.ndarray] | None) -> list[float]:
        """Of what is made of the masks; where nobody is sure, of what stands ``instead``, or 0."""
        fine = refiner.refined(picture, given, most_doubt=most_doubt)
        kept = [None] * len(given) if instead is None else instead
        taken = [old if new is None else new for new, old in zip(fine, kept, strict=True)]
        return [0.0 if one is None else overlap(one, mask) for one, mask in zip(taken, masks, strict=True)]

    before = [overlap(one, mask) for one, mask in zip(spoiled, masks, strict=True)]
    may = bool(masks) and fmean(ious(masks, MOST_DOUBT, None)) >= TRUSTED
    trusted = ious(spoiled, MOST_DOUBT, spoiled) if may else before
    columns = (before, ious(spoiled, ANYTHING, spoiled), trusted, ious(spoiled, SURE, spoiled))
    yield from zip(*columns, ious(masks, ANYTHING, masks), strict=True)


def table(found: Sequence[Refined]) -> Table:
    """A row for each domain and real video."""
    rows = []
    for one in found:
        values = (one.spoiled, one.drawn, one.trusted, one.sure, one.exact)
        rows.append((one.name, str(one.masks), *(f"{value:.3f}" for value in values)))
    columns = ("pictures", "masks", "spoiled", "drawn", "trusted", "sure", "exact")
    return Table("refining", columns, rows, facts=[asdict(one) for one in found])


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES, help="drawn pictures of a domain")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    refiner = kept_refiner("cpu")
    if refiner is None:
        raise SystemExit(missing("lite0"))
    found = [measure(domain, scenes(domain, asked.scenes, (size,), SEED), refiner) for domain, size in DRAWN]
    found.extend(measure(name, pictures, refiner) for name, pictures in real_pictures())
    show(table(found), asked)


if __name__ == "__main__":
    main()
