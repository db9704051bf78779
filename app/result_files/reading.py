"""Reads files of results: YouTube-VIS results, and every format of annotations, whose masks then are proposals."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

from app.errors import BadInput
from app.exchange.import_source import source_digest
from app.exchange.open_source import OpenedSource, open_source, read_opened
from app.library.unpacked import unpacked_for
from app.result_files.named_videos import of_dataset_video
from app.result_files.source import NamedVideos, ResultFile, SourceTrack, SourceVideo
from app.sentences import counted
from app.settings import Settings
from storage.database import Database
from storage.formats import BY_NUMBER, FRAME_SCORES, RESULTS
from storage.youtube_vis import Check, VisResult, VisTrack, YouTubeVisError, no_check, note_lines, read_results

NameIds = Callable[[Path, set[int]], NamedVideos]
"""Which videos and categories the ids of a results file mean, from its path and the ids of videos in it."""


@dataclass(frozen=True)
class ReadResults:
    """How a file is read.

    name_ids: called for YouTube-VIS results. keep_good: leave out the videos with an error, do not refuse the file.
    """

    name_ids: NameIds
    keep_good: bool = False


def is_results(source: OpenedSource) -> bool:
    """Whether a source is YouTube-VIS results, which name no videos themselves."""
    return source.format.name == RESULTS.name


@contextmanager
def read_result_file(
    database: Database, settings: Settings, file: Path, how: ReadResults, check: Check = no_check
) -> Iterator[ResultFile]:
    """The content of a file, archive or folder.

    What an archive was unpacked to is gone at the end of the block, or if it cannot be read, unless a video uses it.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`.
    """
    digest = source_digest(file, check)
    with unpacked_for(database, settings, digest) as unpacked:
        opened = open_source(file, unpacked, check)
        yield (_results if is_results(opened) else _annotations)(opened, digest, how, check)


def _annotations(opened: OpenedSource, digest: str, how: ReadResults, check: Check) -> ResultFile:
    file = opened.given
    content = read_opened(opened, keep_good=how.keep_good, crowd="objects", check=check)
    dataset = content.dataset
    alone = file.name.split(".")[0] if len(dataset.videos) == 1 else ""
    found = tuple(_video(of_dataset_video(video), video.extra, alone) for video in dataset.videos)
    names = {category.id: category.name for category in dataset.categories}
    return ResultFile(
        name=file.name,
        digest=digest,
        title=opened.format.title,
        videos=found,
        tracks=tuple(_track(track, names[track.category_id], file.name) for track in dataset.tracks),
        notes=note_lines(dataset.notes),
        left_out=content.left_out,
    )


def _video(video: SourceVideo, extra: dict[str, Any], alone: str) -> SourceVideo:
    """``alone``: the name of the file, which names its only video if nothing else does."""
    return SourceVideo(
        video.id,
        video.name or alone,
        video.names,
        length=video.length,
        size=video.size,
        by_number=bool(extra.get(BY_NUMBER)),
    )


def _track(track: VisTrack, label: str, file: str) -> SourceTrack:
    place = f"{file}: track {track.id}"
    scores = _frame_scores(track.extra, len(track.segmentations), place)
    given = [score for score in scores if score is not None]
    score = track.extra.get("score")
    mean = sum(given) / len(given) if given else None
    own = float(score) if _is_score(score) else mean
    return SourceTrack(track.video_id, label, own, track.segmentations, place, track.unknown, scores)


def _is_score(value: Any) -> TypeGuard[float]:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 <= value <= 1


def _frame_scores(extra: dict[str, Any], length: int, place: str) -> tuple[float | None, ...]:
    """The scores by entry, empty if the file has none."""
    found = extra.get(FRAME_SCORES)
    if not isinstance(found, list):
        return ()
    if len(found) != length:
        entries = counted(len(found), "entry", "entries")
        raise BadInput(f"{place}.{FRAME_SCORES}: has {entries}, but there are {length} masks.")
    for k, value in enumerate(found):
        if value is not None and not _is_score(value):
            raise BadInput(f"{place}.{FRAME_SCORES}[{k}]: must be a number from 0 to 1, or null.")
    return tuple(None if value is None else float(value) for value in found)


def _results(opened: OpenedSource, digest: str, how: ReadResults, check: Check) -> ResultFile:
    try:
        with opened.named_as_given():
            found = read_results(opened.found.path, check=check)
    except YouTubeVisError as error:
        raise YouTubeVisError(str(error).replace(str(opened.given), opened.given.name)) from error
    if not found.tracks:
        raise BadInput(f"{opened.given.name} holds no track, so there is nothing to propose.")
    named = how.name_ids(opened.given, {one.video_id for one in found.tracks})
    tracks, left_out = _checked(found.tracks, named, opened.given.name, keep_good=how.keep_good)
    used = Counter(track.video for track in tracks)
    return ResultFile(
        name=opened.given.name,
        digest=digest,
        title=opened.format.title,
        videos=tuple(video for video in named.videos.values() if video.id in used),
        tracks=tuple(tracks),
        model=named.model,
        notes=note_lines([replace(note, where=_named(note.where, opened)) for note in found.notes]),
        left_out=left_out,
    )


def _named(sentence: str, opened: OpenedSource) -> str:
    """A sentence that names the file by its name alone, also one of an archive."""
    return opened.as_given(sentence).replace(str(opened.given), opened.given.name)


def _checked(
    found: Sequence[VisResult], named: NamedVideos, file: str, *, keep_good: bool
) -> tuple[list[SourceTrack], tuple[str, ...]]:
    """The tracks of results whose ids are known and whose masks fit; a sentence for each video that is left out."""
    tracks: list[SourceTrack] = []
    broken: dict[int, str] = {}
    for k, one in enumerate(found):
        try:
            tracks.append(_result(one, named, f"{file}: [{k}]"))
        except BadInput as error:
            if not keep_good:
                raise
            broken.setdefault(one.video_id, f"Video {one.video_id} was left out: {error}")
    return [track for track in tracks if track.video not in broken], tuple(broken.values())


def _result(one: VisResult, named: NamedVideos, place: str) -> SourceTrack:
    video = named.videos.get(one.video_id)
    if video is None:
        raise BadInput(f"{place}.video_id: {one.video_id} is not the id of a video of {named.where}.")
    if one.category_id not in named.categories:
        raise BadInput(f"{place}.category_id: {one.category_id} is not the id of a category of {named.where}.")
    if not 0 <= one.score <= 1:
        raise BadInput(f"{place}.score: is {one.score:g}; scores are numbers from 0 to 1.")
    masks = one.segmentations
    if video.length is not None and len(masks) != video.length:
        raise BadInput(
            f"{place}.segmentations: has {counted(len(masks), 'entry', 'entries')}, but {video.shown} of {named.where} "
            f"has {counted(video.length, 'frame')}."
        )
    for frame, mask in enumerate(masks):
        if mask is not None and video.size is not None and (mask["size"][1], mask["size"][0]) != video.size:
            size = f"{mask['size'][1]} x {mask['size'][0]}"
            raise BadInput(
                f"{place}.segmentations[{frame}]: is {size} pixels, but {video.shown} of {named.where} has "
                f"{video.size[0]} x {video.size[1]}."
            )
    scores = _frame_scores(one.extra, len(masks), place)
    return SourceTrack(one.video_id, named.categories[one.category_id], one.score, masks, place, scores=scores)
