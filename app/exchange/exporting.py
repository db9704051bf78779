"""A project leaves as YouTube-VIS: ``instances.json`` beside ``JPEGImages/<video>/00000.jpg``, whole or not at all.

The same project gives the same bytes. What came in by an import leaves with its own ids, file names and foreign keys;
what was made here gets the next free ids.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput, Cancelled, CannotStore
from app.exchange.export_categories import VERSIONS, ExportCategories, export_categories
from app.exchange.export_frames import gap_sentences, leaving_frames, picture_names, write_pictures
from app.exchange.export_ids import assign_ids, counts_from_zero
from app.exchange.extras import SOURCE
from app.progress import Report, quiet
from app.settings import Settings
from storage import masks, projects, tracks, videos
from storage.atomic import new_folder
from storage.database import Database
from storage.projects import Category
from storage.rle import Rle
from storage.tracks import MaskRow, Track
from storage.videos import Video
from storage.youtube_vis import FRAMES_FOLDER, VisDataset, VisNote, VisTrack, VisVideo, note_lines, write_dataset

__all__ = ["ANNOTATIONS", "VERSIONS", "Exported", "export_dataset"]

ANNOTATIONS = "instances.json"


@dataclass(frozen=True)
class Exported:
    """What was written.

    ``left_out`` has one sentence for each kind of thing that could not leave, and why; ``gaps`` one for each hole and
    each damaged part of a video, and for each video whose frames are not all counted; ``notes`` sentences about ids
    and names that are not those of the import.
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
        return {
            "out": str(self.out),
            "annotations": str(self.annotations),
            "videos": self.videos,
            "tracks": self.tracks,
            "masks": self.masks,
            "left_out": list(self.left_out),
            "gaps": list(self.gaps),
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Choice:
    """What of a project leaves: only judged rows or all that are not rejected, and every how many frames.

    ``stride`` None: each video at the stride of its import.
    """

    reviewed_only: bool
    stride: int | None


@dataclass(frozen=True)
class _Piece:
    """One video on its way out, with its tracks and the masks that are exported, by track and frame."""

    video: Video
    tracks: tuple[Track, ...]
    masks: Mapping[str, Mapping[int, Rle]]


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
) -> Exported:
    """Writes a project into the new folder ``out``.

    Rejected, deleted and (``reviewed_only``) unjudged rows leave as null; tracks without a category stay here and are
    counted in ``left_out``. ``stride`` keeps every so many frames; without it an imported video leaves at the stride of
    its import, and every other one whole. ``version`` (one of `VERSIONS`) gives the file the categories of that version
    of YouTube-VIS, with their names, ids and order; tracks of categories without a place there stay here, and are
    named. None keeps the project's own categories.

    Raises `BadInput` (the folder is there already, nothing to export), `storage.frames.VideoError` (a source is gone or
    changed), `Cancelled`; nothing stays behind then.
    """
    _check_request(out, version, stride)
    choice = _Choice(reviewed_only, stride)
    with database.read() as tx:
        projects.get_project(tx, project_id)
        found = videos.list_videos(tx, project_id)
        if not found:
            raise BadInput("This project has no video yet, so there is nothing to export.")
        categories = projects.list_categories(tx, project_id, retired=True)
        pieces = [_piece(tx, video, choice) for video in found]
        head = _head(tx, project_id, version)
    leaving = _leaving(pieces, categories, version, choice)
    dataset, notes = _dataset(pieces, leaving, head, choice)
    try:
        with new_folder(out) as part:
            if with_frames:
                _write_frames(pieces, dataset, part, choice, report, cancelled)
            write_dataset(part / ANNOTATIONS, dataset)
    except OSError as error:
        raise CannotStore(f"The export {out} could not be written", error) from error
    return Exported(
        out=out,
        annotations=out / ANNOTATIONS,
        videos=len(dataset.videos),
        tracks=len(dataset.tracks),
        masks=sum(rle is not None for track in dataset.tracks for rle in track.segmentations),
        left_out=leaving.left_out + _between(pieces, choice),
        gaps=tuple(sentence for piece in pieces for sentence in gap_sentences(piece.video)),
        notes=notes,
    )


def _check_request(out: Path, version: str | None, stride: int | None) -> None:
    if version is not None and version not in VERSIONS:
        raise BadInput(f"There is no YouTube-VIS {version}; choose one of {', '.join(VERSIONS)}.")
    if stride is not None and stride < 1:
        raise BadInput(f"Every {stride}th frame cannot be exported; use 1 or more.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is already there; choose a new folder for the export.")


def _piece(tx: Connection, video: Video, choice: _Choice) -> _Piece:
    found = tuple(track for track in tracks.list_tracks(tx, video.id) if not track.rejected)
    rows = [row for row in tracks.rows(tx, video.id) if _leaves(row, choice)]
    blobs = masks.get_blobs(tx, {row.hash for row in rows if row.hash is not None})
    by_track: dict[str, dict[int, Rle]] = {track.id: {} for track in found}
    for row in rows:
        if row.track_id in by_track and row.hash is not None:
            by_track[row.track_id][row.frame] = blobs[row.hash]
    return _Piece(video, found, by_track)


def _leaves(row: MaskRow, choice: _Choice) -> bool:
    if row.state != "present" or row.review == "rejected" or row.area == 0:
        return False
    return row.human if choice.reviewed_only else True


@dataclass(frozen=True)
class _Head:
    """What stands beside videos, categories and annotations in the file."""

    info: dict[str, Any]
    licenses: tuple[Any, ...]
    extra: dict[str, Any]


def _head(tx: Connection, project_id: str, version: str | None) -> _Head:
    imported = videos.list_imports(tx, project_id)
    said = {} if version is None else {"version": version}
    if not imported:
        return _Head({"description": "Video instance masks", "version": "2019", **said}, (), {})
    extra = dict(imported[0].extra or {})
    info = {**(imported[0].info or {}), **said}
    return _Head(info, tuple(extra.get("licenses", ())), dict(extra.get(SOURCE, {})))


@dataclass(frozen=True)
class _Leaving:
    """The tracks that leave, with their categories in the file, and sentences about those that stay here."""

    tracks: tuple[tuple[_Piece, Track], ...]
    categories: ExportCategories
    left_out: tuple[str, ...]


def _leaving(
    pieces: Sequence[_Piece], categories: Sequence[Category], version: str | None, choice: _Choice
) -> _Leaving:
    found = [(piece, track) for piece in pieces for track in piece.tracks if _has_content(piece, track, choice)]
    without = sum(track.category_id is None for _, track in found)
    used = Counter(track.category_id for _, track in found if track.category_id is not None)
    chosen = export_categories(categories, used, version)
    kept = tuple((piece, track) for piece, track in found if track.category_id in chosen.ids)
    which = "1 track without a category stayed here; give it one to export it."
    if without != 1:
        which = f"{without} tracks without a category stayed here; give them one to export them."
    return _Leaving(kept, chosen, ((which,) if without else ()) + chosen.left_out)


def _dataset(
    pieces: Sequence[_Piece], leaving: _Leaving, head: _Head, choice: _Choice
) -> tuple[VisDataset, tuple[str, ...]]:
    """The file, and sentences about ids and names that are not those of the import."""
    categories = leaving.categories
    video_ids = dict(zip((p.video.id for p in pieces), assign_ids([p.video.source_id for p in pieces]), strict=True))
    track_ids = assign_ids([track.source_id for _, track in leaving.tracks])
    exported = [
        _track(piece, track, number, video_ids[piece.video.id], categories.ids[str(track.category_id)], choice)
        for (piece, track), number in zip(leaving.tracks, track_ids, strict=True)
    ]
    listed, renamed = _videos(pieces, video_ids, choice)
    dataset = VisDataset(
        info=head.info,
        licenses=head.licenses,
        videos=tuple(sorted(listed, key=lambda video: video.id)),
        categories=categories.categories,
        tracks=tuple(sorted(exported, key=lambda track: track.id)),
        extra=head.extra,
    )
    shifted = {
        "Video": counts_from_zero([piece.video.source_id for piece in pieces]),
        "Category": categories.from_zero,
        "Track": counts_from_zero([track.source_id for _, track in leaving.tracks]),
    }
    notes = [
        f"{what} ids are one higher than in the imported file, which counts them from 0: other programs count from 1."
        for what, is_shifted in shifted.items()
        if is_shifted
    ]
    return dataset, (*categories.notes, *notes, *renamed)


def _has_content(piece: _Piece, track: Track, choice: _Choice) -> bool:
    """Whether a track leaves: it has a mask, or it came in (perhaps empty) and everything leaves again."""
    chosen = leaving_frames(piece.video, choice.stride)
    if any(frame in chosen for frame in piece.masks[track.id]):
        return True
    return track.source_id is not None and not choice.reviewed_only and track.category_id is not None


def _between(pieces: Sequence[_Piece], choice: _Choice) -> tuple[str, ...]:
    """What is said of masks on frames that do not leave, and of frames that leave though nobody looked at them."""
    found = []
    for piece in pieces:
        video, chosen = piece.video, leaving_frames(piece.video, choice.stride)
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


def _track(piece: _Piece, track: Track, number: int, video_id: int, category_id: int, choice: _Choice) -> VisTrack:
    here = piece.masks[track.id]
    return VisTrack(
        id=number,
        video_id=video_id,
        category_id=category_id,
        segmentations=tuple(here.get(frame) for frame in leaving_frames(piece.video, choice.stride)),
        iscrowd=int(track.iscrowd),
        extra=dict((track.extra or {}).get(SOURCE, {})),
    )


def _videos(
    pieces: Sequence[_Piece], ids: Mapping[str, int], choice: _Choice
) -> tuple[list[VisVideo], tuple[str, ...]]:
    """The videos of the file, and sentences about those whose pictures have other names than in the import."""
    taken: set[str] = set()
    found, notes = [], []
    for piece in pieces:
        video = piece.video
        named = picture_names(video, leaving_frames(video, choice.stride), taken)
        extra = dict((video.extra or {}).get(SOURCE, {}))
        found.append(VisVideo(ids[video.id], video.width, video.height, len(named.names), named.names, extra))
        if named.changed:
            notes.append(VisNote("picture names that changed", video.name, named.changed))
    return found, note_lines(notes)


def _write_frames(
    pieces: Sequence[_Piece],
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

        chosen = leaving_frames(piece.video, choice.stride)
        write_pictures(piece.video, chosen, names[ids[piece.video.id]], part / FRAMES_FOLDER, progress)
