"""Measures networks on held-out videos, under the rule that the app proposes with and under the published one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.checkpoints.networks import steady_networks
from app.training.fold_clips import frames_after_boundary
from app.training.folds import LAST_THIRD
from app.training.report import CategoryLine, Figures
from model.figures import figures_of
from model.lack_of_memory import lacks_memory
from model.network.tevit import TeViT
from model.rule_scoring import HeldOutVideo, figures, held_out_video
from model.scoring import judged_frames
from model.steadying import SteadyNetworks
from model.thresholds import Thresholds
from model.training.clips import ClipSource

CPU = "cpu"
Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class MeasuredSide:
    """What one network proposes in the measured videos: ``results[i]`` are the tracks of ``videos[i]``.

    All videos are of one source. The tracks are those of the app's rule (``review``) that can be judged.
    """

    videos: tuple[HeldOutVideo, ...]
    results: tuple[Entries, ...]

    @classmethod
    def of(
        cls,
        videos: Sequence[HeldOutVideo],
        thresholds: Sequence[Thresholds],
        networks: SteadyNetworks | None = None,
        on_frames: Callable[[int], None] = lambda frames: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> "MeasuredSide":
        """The tracks of each video under its own thresholds, with ``networks`` made steady.

        ``on_frames`` and ``cancelled``: see `model.rule_scoring.HeldOutVideo.reviewed`.
        """
        found = []
        for video, chosen in zip(videos, thresholds, strict=True):
            found.append(video.reviewed(chosen, networks, on_frames, cancelled))
        return cls(tuple(videos), tuple(found))

    def only(self, places: Sequence[int]) -> "MeasuredSide":
        """The same of the videos at these places alone."""
        return MeasuredSide(tuple(self.videos[k] for k in places), tuple(self.results[k] for k in places))

    def figures(self, places: Sequence[int] | None = None, *, label: int | None = None) -> Figures:
        """Figures over the videos at these places (None: all), over one category only with its ``label``."""
        places = range(len(self.videos)) if places is None else places
        if not places:
            return Figures()
        truth = [entry for k in places for entry in self.videos[k].truth]
        found = [entry for k in places for entry in self.results[k]]
        if label is not None:
            truth, found = (
                [entry for entry in entries if entry["category_id"] == label + 1] for entries in (truth, found)
            )
        first = self.videos[places[0]]
        indices = [self.videos[k].index for k in places]
        return Figures(**figures_of(first.source, indices, first.frames, truth, found))  # type: ignore[arg-type]


def steady_side(
    videos: Sequence[HeldOutVideo],
    thresholds: Sequence[Thresholds],
    device: str,
    on_frames: Callable[[int], None] = lambda frames: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MeasuredSide:
    """`MeasuredSide.of` with masks made steady where they can be; on the CPU where ``device`` lacks memory for it."""

    def on(chosen: str) -> MeasuredSide:
        return MeasuredSide.of(videos, thresholds, steady_networks(chosen), on_frames, cancelled)

    try:
        return on(device)
    except (RuntimeError, MemoryError) as error:
        if device == CPU or not lacks_memory(error):
            raise
    return on(CPU)


def measure(
    network: TeViT,
    source: ClipSource,
    videos: Sequence[int],
    *,
    kind: str,
    labels: tuple[int | None, ...] | None = None,
    on_video: Callable[[int], None] = lambda done: None,
) -> list[HeldOutVideo]:
    """What a network detects in ``source.videos[i]`` for i in ``videos``; ``on_video`` gets the number of those done.

    ``labels``: see `model.rule_scoring.held_out_video`.
    """
    network.eval()
    frames = frames_after_boundary if kind == LAST_THIRD else judged_frames
    found = []
    for done, index in enumerate(videos, 1):
        found.append(held_out_video(network, source, index, frames=frames, labels=labels))
        on_video(done)
    return found


def labels_in(own: Sequence[str], mapped: Sequence[str | None]) -> tuple[int | None, ...]:
    """For each class of a network, whose category is in ``mapped``, its label among the categories ``own``."""
    places = {category: label for label, category in enumerate(own)}
    return tuple(None if category is None else places.get(category) for category in mapped)


def by_rule(before: MeasuredSide, after: MeasuredSide, *, own: Thresholds, chosen: Thresholds) -> dict[str, Any]:
    """Figures before and after under the rule of the app and under the published one, with their thresholds."""
    review, published = (
        {name: figures(side.videos, results(side)) for name, side in (("before", before), ("after", after))}
        for results in (_reviewed, _published)
    )
    return {
        "review": {**review, "thresholds_before": own.as_json(), "thresholds_after": chosen.as_json()},
        "published": published,
    }


def per_category(before: MeasuredSide, after: MeasuredSide) -> tuple[CategoryLine, ...]:
    """A line for each category with a true track in the measured videos, in the order of the source."""
    if not before.videos:
        return ()
    source = before.videos[0].source
    lines = []
    for label, name in enumerate(source.categories):
        tracks = sum(entry["category_id"] == label + 1 for video in before.videos for entry in video.truth)
        if tracks:
            lines.append(CategoryLine(name, tracks, before.figures(label=label), after.figures(label=label)))
    return tuple(lines)


def _reviewed(side: MeasuredSide) -> list[Entries]:
    return list(side.results)


def _published(side: MeasuredSide) -> list[Entries]:
    return [video.under_published() for video in side.videos]
