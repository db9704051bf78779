"""Exports a project as YouTube-VIS: ``instances.json`` beside ``JPEGImages/<video>/00000.jpg``, whole or not at all.

The same project gives the same bytes. Imported videos, categories and tracks keep their ids, file names and unknown
keys; all others get the next free ids.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput, Cancelled, CannotStore
from app.exchange.attributes import LISTS, NamedLists, merged, write_attributes
from app.exchange.export_categories import VERSIONS, ExportCategories, export_categories
from app.exchange.export_frames import exported_frames, gap_sentences, picture_names, write_pictures
from app.exchange.export_ids import assign_ids, counts_from_zero
from app.exchange.extras import SOURCE
from app.progress import Report, quiet
from app.settings import Settings
from storage import imports, masks, projects, tracks, videos
from storage.atomic import new_folder
from storage.database import Database
from storage.projects import Category
from storage.rle import Rle
from storage.tracks import MaskRow, Track
from storage.videos import Video
from storage.youtube_vis import FRAMES_FOLDER, VisDataset, VisNote, VisTrack, VisVideo, note_lines, write_dataset

__all__ = ["ANNOTATIONS", "VERSIONS", "Exported", "export_dataset"]

ANNOTATIONS = "instances.json"
ATTRIBUTES = "attributes.json"


@dataclass(frozen=True)
class Exported:
    """The written files, and numbers and sentences about them.

    ``left_out`` has one sentence for each reason why something was not exported; ``gaps`` one for each gap and each
    damaged part of a video, and for each video whose frames are not all counted; ``notes`` sentences about ids and
    names that differ from the import.
    """

    out: Path
    annotations: Path
    videos: int
    tracks: int
    masks: int
    left_out: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return {**asdict(self), "out": str(self.out), "annotations": str(self.annotations)}


@dataclass(frozen=True)
class _Choice:
    """The rows and frames to export: reviewed rows only, or all that are not rejected; one frame in every ``stride``.

    ``stride`` None: each video at the stride of its import.
    """

    reviewed_only: bool
    stride: int | None


@dataclass(frozen=True)
class _ExportedVideo:
    """One video with its tracks and the masks to export, by track id and frame."""

    video: Video
    tracks: tuple[Track, ...]
    masks: Mapping[str, Mapping[int, Rle]]
    rows: Mapping[str, Mapping[int, MaskRow]]


def export_dataset(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    out: Path,
    reviewed_only: bool = False,
    version: str | None = None,
    stride: int | None = None,
    with_frames: bool = True,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
    ready: Callable[[Exported], None] = lambda _: None,
) -> Exported:
    """Write a project into the new folder ``out``.

    Rejected, deleted and (``reviewed_only``) unreviewed rows become null; tracks without a category are not exported
    but counted in ``left_out``. ``stride`` exports one frame in so many; without it an imported video is exported at
    the stride of its import, and every other one whole. ``version`` (one of `VERSIONS`) gives the file the categories
    of that version of YouTube-VIS, with their names, ids and order; tracks of categories without a place there are not
    exported, and ``left_out`` names them. None keeps the project's own categories.

    Raises `BadInput` (the folder exists already, or there is nothing to export), `storage.frames.VideoError` (a source
    is gone or changed), `Cancelled`; nothing is written then.
    """
    _check_request(out, version, stride)
    choice = _Choice(reviewed_only, stride)
    with database.read() as tx:
        projects.get_project(tx, project_id)
        found = videos.list_videos(tx, project_id)
        if not found:
            raise BadInput("This project has no video yet, so there is nothing to export.")
        categories = projects.list_categories(tx, project_id, retired=True)
        pieces = [_exported_video(tx, video, choice) for video in found]
        head = _head(tx, project_id, version)
    exported = _exported_tracks(pieces, categories, version, choice)
    dataset, notes = _dataset(pieces, exported, head, choice)
    done = Exported(
        out=out,
        annotations=out / ANNOTATIONS,
        videos=len(dataset.videos),
        tracks=len(dataset.tracks),
        masks=sum(rle is not None for track in dataset.tracks for rle in track.segmentations),
        left_out=exported.left_out + _stride_warnings(pieces, choice),
        gaps=tuple(sentence for piece in pieces for sentence in gap_sentences(piece.video)),
        notes=notes,
    )
    try:
        with new_folder(out) as part:
            if with_frames:
                _write_frames(pieces, dataset, part, choice, report, cancelled)
            write_dataset(part / ANNOTATIONS, dataset)
            write_attributes(part / ATTRIBUTES, dataset)
            ready(done)
    except OSError as error:
        raise CannotStore(f"The export {out} could not be written", error) from error
    return done


def _check_request(out: Path, version: str | None, stride: int | None) -> None:
    if version is not None and version not in VERSIONS:
        raise BadInput(f"There is no YouTube-VIS {version}; choose one of {', '.join(VERSIONS)}.")
    if stride is not None and stride < 1:
        raise BadInput(f"Every {stride}th frame cannot be exported; use 1 or more.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is already there; choose a new folder for the export.")


def _exported_video(tx: Connection, video: Video, choice: _Choice) -> _ExportedVideo:
    found = tuple(track for track in tracks.list_tracks(tx, video.id) if not track.rejected)
    rows = [row for row in tracks.rows(tx, video.id) if _is_exported(row, choice)]
    blobs = masks.get_blobs(tx, {row.hash for row in rows if row.hash is not None})
    by_track: dict[str, dict[int, Rle]] = {track.id: {} for track in found}
    kept: dict[str, dict[int, MaskRow]] = {track.id: {} for track in found}
    for row in rows:
        if row.track_id in by_track and row.hash is not None:
            by_track[row.track_id][row.frame] = blobs[row.hash]
            kept[row.track_id][row.frame] = row
    return _ExportedVideo(video, found, by_track, kept)


def _is_exported(row: MaskRow, choice: _Choice) -> bool:
    if row.state != "present" or row.review == "rejected" or row.area == 0:
        return False
    return row.human if choice.reviewed_only else True


@dataclass(frozen=True)
class _Head:
    """The keys of the file besides videos, categories and annotations."""

    info: dict[str, Any]
    licenses: tuple[Any, ...]
    extra: dict[str, Any]
    lists: NamedLists


def _head(tx: Connection, project_id: str, version: str | None) -> _Head:
    imported = imports.list_imports(tx, project_id)
    chosen = {} if version is None else {"version": version}
    lists = NamedLists.read(tx, project_id)
    described = {LISTS: lists.described()} if lists.described() else {}
    if not imported:
        info = {"description": "Video instance masks", "version": "2019", **chosen}
        return _Head(info, (), described, lists)
    extra = dict(imported[0].extra or {})
    info = {**(imported[0].info or {}), **chosen}
    return _Head(info, tuple(extra.get("licenses", ())), {**extra.get(SOURCE, {}), **described}, lists)


@dataclass(frozen=True)
class _ExportedTracks:
    """The exported tracks, the categories of the file, and sentences about tracks that are not exported."""

    tracks: tuple[tuple[_ExportedVideo, Track], ...]
    categories: ExportCategories
    left_out: tuple[str, ...]


def _exported_tracks(
    pieces: Sequence[_ExportedVideo], categories: Sequence[Category], version: str | None, choice: _Choice
) -> _ExportedTracks:
    found = [(piece, track) for piece in pieces for track in piece.tracks if _has_content(piece, track, choice)]
    without = sum(track.category_id is None for _, track in found)
    used = Counter(track.category_id for _, track in found if track.category_id is not None)
    chosen = export_categories(categories, used, version)
    kept = tuple((piece, track) for piece, track in found if track.category_id in chosen.ids)
    which = "1 track without a category stayed here; give it one to export it."
    if without != 1:
        which = f"{without} tracks without a category stayed here; give them one to export them."
    return _ExportedTracks(kept, chosen, ((which,) if without else ()) + chosen.left_out)


def _dataset(
    pieces: Sequence[_ExportedVideo], exported: _ExportedTracks, head: _Head, choice: _Choice
) -> tuple[VisDataset, tuple[str, ...]]:
    """The content of the file, and sentences about ids and names that differ from the import."""
    categories = exported.categories
    video_ids = dict(zip((p.video.id for p in pieces), assign_ids([p.video.source_id for p in pieces]), strict=True))
    track_ids = assign_ids([track.source_id for _, track in exported.tracks])
    listed_tracks = [
        _track(
            piece, track, number, video_ids[piece.video.id], categories.ids[str(track.category_id)], choice, head.lists
        )
        for (piece, track), number in zip(exported.tracks, track_ids, strict=True)
    ]
    listed, renamed = _videos(pieces, video_ids, choice)
    dataset = VisDataset(
        info=head.info,
        licenses=head.licenses,
        videos=tuple(sorted(listed, key=lambda video: video.id)),
        categories=categories.categories,
        tracks=tuple(sorted(listed_tracks, key=lambda track: track.id)),
        extra=head.extra,
    )
    shifted = {
        "Video": counts_from_zero([piece.video.source_id for piece in pieces]),
        "Category": categories.from_zero,
        "Track": counts_from_zero([track.source_id for _, track in exported.tracks]),
    }
    notes = [
        f"{what} ids are one higher than in the imported file, which counts them from 0: other programs count from 1."
        for what, is_shifted in shifted.items()
        if is_shifted
    ]
    return dataset, (*categories.notes, *notes, *renamed)


def _has_content(piece: _ExportedVideo, track: Track, choice: _Choice) -> bool:
    """Whether to export a track: it has a mask to export, or it was imported (perhaps empty) and all rows go out."""
    chosen = exported_frames(piece.video, choice.stride)
    if any(frame in chosen for frame in piece.masks[track.id]):
        return True
    return track.source_id is not None and not choice.reviewed_only and track.category_id is not None


def _stride_warnings(pieces: Sequence[_ExportedVideo], choice: _Choice) -> tuple[str, ...]:
    """Warnings: masks that lie outside the exported stride, and exported frames that were never annotated."""
    found = []
    for piece in pieces:
        video, chosen = piece.video, exported_frames(piece.video, choice.stride)
        if video.import_id is None:
            continue
        between = sum(frame not in chosen for masks_of in piece.masks.values() for frame in masks_of)
        if between:
            lie = "mask lies" if between == 1 else "masks lie"
            found.append(f"{video.name}: {between} {lie} on frames that are not part of this export.")
        if chosen.step % video.stride:
            found.append(
                f"{video.name} was annotated at every {video.stride}th frame; the frames between leave as null, which "
                "readers take for absent."
            )
    return tuple(found)


def _track(
    piece: _ExportedVideo,
    track: Track,
    number: int,
    video_id: int,
    category_id: int,
    choice: _Choice,
    lists: NamedLists,
) -> VisTrack:
    here, frames = piece.masks[track.id], exported_frames(piece.video, choice.stride)
    attributes = lists.of(track, [piece.rows[track.id].get(frame) for frame in frames])
    return VisTrack(
        id=number,
        video_id=video_id,
        category_id=category_id,
        segmentations=tuple(here.get(frame) for frame in frames),
        iscrowd=int(track.iscrowd),
        extra=merged((track.extra or {}).get(SOURCE, {}), attributes),
    )


def _videos(
    pieces: Sequence[_ExportedVideo], ids: Mapping[str, int], choice: _Choice
) -> tuple[list[VisVideo], tuple[str, ...]]:
    """The videos of the file, and sentences about pictures with other names than in the import."""
    taken: set[str] = set()
    found, notes = [], []
    for piece in pieces:
        video = piece.video
        named = picture_names(video, exported_frames(video, choice.stride), taken)
        extra = dict((video.extra or {}).get(SOURCE, {}))
        found.append(VisVideo(ids[video.id], video.width, video.height, len(named.names), named.names, extra))
        if named.changed:
            notes.append(VisNote("picture names that changed", video.name, named.changed))
    return found, note_lines(notes)


def _write_frames(
    pieces: Sequence[_ExportedVideo],
    dataset: VisDataset,
    part: Path,
    choice: _Choice,
    report: Report,
    cancelled: Callable[[], bool],
) -> None:
    ids = dict(zip((p.video.id for p in pieces), assign_ids([p.video.source_id for p in pieces]), strict=True))
    names = {video.id: video.file_names for video in dataset.videos}
    for position, piece in enumerate(pieces):

        def progress(done: int, total: int, position: int = position, name: str = piece.video.name) -> None:
            if cancelled():
                raise Cancelled
            report((position + done / max(total, 1)) / len(pieces), f"Writing frame {done} of {total} of {name}")

        chosen = exported_frames(piece.video, choice.stride)
        write_pictures(piece.video, chosen, names[ids[piece.video.id]], part / FRAMES_FOLDER, progress)
