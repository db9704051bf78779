"""The content of an exported file, made from a plan and the masks of the project."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.exchange.attributes import merged
from app.exchange.export_frames import picture_names
from app.exchange.export_ids import assign_ids, counts_from_zero
from app.exchange.export_numbers import PlannedVideo
from app.exchange.export_plan import ExportPlan
from app.exchange.export_states import State
from app.exchange.extras import SOURCE
from storage import masks
from storage.masks import MeasuredMask
from storage.tracks import MaskRow, Track
from storage.youtube_vis import VisDataset, VisNote, VisTrack, VisVideo, note_lines


@dataclass(frozen=True)
class ExportContent:
    """The data set of an export; the ids of its videos and tracks by those of the project; notes on ids and names."""

    dataset: VisDataset
    video_ids: Mapping[str, int]
    track_ids: Mapping[str, int]
    notes: tuple[str, ...]


def read_blobs(tx: Connection, plan: ExportPlan) -> dict[str, MeasuredMask]:
    """The masks of a plan by hash."""
    rows = (row for one in plan.videos for track in one.tracks for row in _rows(plan, one, track).values())
    return masks.measured_blobs(tx, (row.hash for row in rows if row.hash is not None))


def export_content(plan: ExportPlan, blobs: Mapping[str, MeasuredMask]) -> ExportContent:
    """The content of the file of a plan; ``blobs`` are its masks by hash."""
    pairs = [(one, track) for one in plan.videos for track in one.tracks]
    video_sources = [one.source.video.source_id for one in plan.videos]
    track_sources = [track.source_id for _, track in pairs]
    video_ids = dict(zip((one.source.video.id for one in plan.videos), _ids(plan, video_sources), strict=True))
    track_ids = dict(zip((track.id for _, track in pairs), _ids(plan, track_sources), strict=True))
    listed, renamed = _videos(plan, video_ids)
    tracks = [
        _track(plan, one, track, (track_ids[track.id], video_ids[one.source.video.id]), blobs) for one, track in pairs
    ]
    dataset = VisDataset(
        info=plan.head.info,
        licenses=plan.head.licenses,
        videos=tuple(sorted(listed, key=lambda video: video.id)),
        categories=plan.categories.categories,
        tracks=tuple(sorted(tracks, key=lambda track: track.id)),
        extra=plan.head.extra,
    )
    came = not plan.counts_ids
    shifted = {
        "Video": came and counts_from_zero(video_sources),
        "Category": came and plan.categories.from_zero,
        "Track": came and counts_from_zero(track_sources),
    }
    notes = [
        f"{what} ids are one higher than in the imported file, which counts them from 0: other programs count from 1."
        for what, is_shifted in shifted.items()
        if is_shifted
    ]
    return ExportContent(dataset, video_ids, track_ids, (*plan.categories.notes, *notes, *renamed))


def _ids(plan: ExportPlan, wanted: Sequence[str | None]) -> Sequence[int]:
    return range(1, len(wanted) + 1) if plan.counts_ids else assign_ids(wanted)


def _rows(plan: ExportPlan, one: PlannedVideo, track: Track) -> dict[int, MaskRow]:
    """The rows with an exported mask of a track, by frame."""
    states, rows = one.source.states(track, reviewed_only=plan.choice.reviewed_only), one.source.rows[track.id]
    return {frame: rows[frame] for frame in one.frames if states.state(frame) is State.PRESENT}


def _track(
    plan: ExportPlan, one: PlannedVideo, track: Track, ids: tuple[int, int], blobs: Mapping[str, MeasuredMask]
) -> VisTrack:
    rows = _rows(plan, one, track)
    attributes = plan.head.lists.of(track, [rows.get(frame) for frame in one.frames])
    found = [blobs[str(row.hash)] for row in rows.values()]
    return VisTrack(
        id=ids[0],
        video_id=ids[1],
        category_id=plan.categories.ids[str(track.category_id)],
        segmentations=tuple(blobs[str(rows[frame].hash)].rle if frame in rows else None for frame in one.frames),
        iscrowd=int(track.iscrowd),
        extra=merged((track.extra or {}).get(SOURCE, {}), attributes),
        measures=tuple((mask.area, mask.box) for mask in found),
    )


def _videos(plan: ExportPlan, ids: Mapping[str, int]) -> tuple[list[VisVideo], tuple[str, ...]]:
    """The videos of the file, and sentences about pictures with other names than in the import."""
    taken: set[str] = set()
    found, notes = [], []
    for one in plan.videos:
        video = one.source.video
        exact = plan.choice.pictures == "png"
        named = picture_names(video, one.frames, taken, flat=plan.counts_ids, exact=exact)
        extra = dict((video.extra or {}).get(SOURCE, {}))
        found.append(VisVideo(ids[video.id], video.width, video.height, len(named.names), named.names, extra))
        if named.changed:
            notes.append(VisNote("picture names that changed", video.name, named.changed))
    return found, note_lines(notes)
