"""Mends a data set so that every known loader reads it and trains on it, as far as nothing has to be guessed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from storage.words import counted
from storage.youtube_vis import VisDataset, VisVideo

Step = Callable[[VisDataset, list[str]], VisDataset]
_NAMED = 6  # most names in one sentence


@dataclass(frozen=True)
class Mended:
    """The mended data set, and one sentence for each kind of change."""

    dataset: VisDataset
    notes: tuple[str, ...]


def mend(dataset: VisDataset) -> Mended:
    """Mend a data set.

    What the writer changes is not in the notes: all masks become lists of runs; areas, boxes, sizes and lengths are
    computed; ids of categories stand in their order; a missing supercategory becomes "object".
    """
    notes: list[str] = []
    for step in _STEPS:
        dataset = step(dataset, notes)
    return Mended(dataset, tuple(notes))


def _crowds(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """A file in which everything is a crowd comes from a converter that sets the flag for all run-length codes."""
    if not dataset.tracks or not all(track.iscrowd for track in dataset.tracks):
        return dataset
    notes.append(f"All {counted(len(dataset.tracks), 'track')} were crowds; now none is.")
    return replace(dataset, tracks=tuple(replace(track, iscrowd=0) for track in dataset.tracks))


def _unknown(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Frames with something that is no mask are left out: null would mean that nothing is there."""
    unknown: dict[int, set[int]] = {}
    for track in dataset.tracks:
        unknown.setdefault(track.video_id, set()).update(track.unknown)
    number = sum(len(frames) for frames in unknown.values())
    if not number:
        return dataset
    notes.append(f"{counted(number, 'frame')} with something that is no mask {_were(number)} left out.")
    kept = {one.id: [k for k in range(one.length) if k not in unknown.get(one.id, ())] for one in dataset.videos}
    return replace(
        dataset,
        videos=tuple(_some_frames(video, kept[video.id]) for video in dataset.videos),
        tracks=tuple(
            replace(
                track, segmentations=tuple(track.segmentations[k] for k in kept[track.video_id]), unknown=frozenset()
            )
            for track in dataset.tracks
        ),
    )


def _some_frames(video: VisVideo, frames: Sequence[int]) -> VisVideo:
    names = tuple(video.file_names[k] for k in frames) if video.file_names else ()
    return replace(video, length=len(frames), file_names=names)


def _without_names(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Videos that name no picture are left out: loaders read the first name, and none can be guessed."""
    nameless = [video for video in dataset.videos if not video.file_names]
    if not nameless or len(nameless) == len(dataset.videos):
        return dataset
    text = f"{counted(len(nameless), 'video')} without picture names {_were(len(nameless))} left out"
    notes.append(f"{text}: {_names([_name(video) for video in nameless])}.")
    return _without(dataset, {video.id for video in nameless})


def _without(dataset: VisDataset, ids: set[int]) -> VisDataset:
    """The data set without some videos and their tracks."""
    return replace(
        dataset,
        videos=tuple(video for video in dataset.videos if video.id not in ids),
        tracks=tuple(track for track in dataset.tracks if track.video_id not in ids),
    )


def _short_videos(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Videos on which a trainer stops: without a track, of one frame, or with one frame that has a mask."""
    masked: dict[int, set[int]] = {video.id: set() for video in dataset.videos}
    for track in dataset.tracks:
        if not track.iscrowd:
            masked[track.video_id].update(k for k, mask in enumerate(track.segmentations) if mask is not None)
    short = [video for video in dataset.videos if video.length < 2 or len(masked[video.id]) < 2]
    if not short or len(short) == len(dataset.videos):
        return dataset
    text = f"{counted(len(short), 'video')} with fewer than two annotated frames {_were(len(short))} left out"
    notes.append(f"{text}, on which trainers stop: {_names([_name(video) for video in short])}.")
    return _without(dataset, {video.id for video in short})


def _folders(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Folders above those of the videos are taken off: TrackEval takes the first part of a path as the video."""
    names = [name for video in dataset.videos for name in video.file_names]
    folders = [name.split("/")[:-1] for name in names]
    if not folders or any(len(parts) < 2 for parts in folders):
        return dataset
    common = len(list(takewhile(lambda parts: len(set(parts)) == 1, zip(*folders, strict=False))))
    common = min(common, min(len(parts) for parts in folders) - 1)
    if not common:
        return dataset
    above = "/".join(folders[0][:common])
    notes.append(f"Picture names begin below {above}/ now; give loaders that folder as the place of the pictures.")
    return replace(
        dataset,
        videos=tuple(
            replace(video, file_names=tuple("/".join(name.split("/")[common:]) for name in video.file_names))
            for video in dataset.videos
        ),
    )


def _track_ids(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Evaluators take the id 0 for no track."""
    if all(track.id > 0 for track in dataset.tracks):
        return dataset
    notes.append("Track ids are one higher than in the file, which counts them from 0.")
    return replace(dataset, tracks=tuple(replace(track, id=track.id + 1) for track in dataset.tracks))


def _categories(dataset: VisDataset, notes: list[str]) -> VisDataset:
    """Used categories only, with ids from 1 in their order; those of an official version stay as they are."""
    used = {track.category_id for track in dataset.tracks}
    kept = sorted((one for one in dataset.categories if one.id in used or not used), key=lambda one: one.id)
    if dataset.version is not None or [one.id for one in dataset.categories] == list(range(1, len(kept) + 1)):
        return dataset
    ids = {one.id: number for number, one in enumerate(kept, start=1)}
    left_out = [one.name for one in dataset.categories if one.id not in ids]
    if left_out:
        were = "has no track and was" if len(left_out) == 1 else "have no track and were"
        notes.append(f"{_names(left_out)} {were} left out of the categories.")
    moved = [f"{one.name} {one.id} -> {ids[one.id]}" for one in kept if one.id != ids[one.id]]
    if moved:
        notes.append(f"Categories have ids from 1 now: {_names(moved)}.")
    return replace(
        dataset,
        categories=tuple(replace(one, id=ids[one.id]) for one in kept),
        tracks=tuple(replace(track, category_id=ids[track.category_id]) for track in dataset.tracks),
    )


_STEPS: tuple[Step, ...] = (_crowds, _unknown, _without_names, _short_videos, _folders, _track_ids, _categories)


def _name(video: VisVideo) -> str:
    return video.file_names[0].rpartition("/")[0] or str(video.id) if video.file_names else str(video.id)


def _names(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + rest


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
