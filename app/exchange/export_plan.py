"""Plans an export: its videos, frames, tracks and categories, and its numbers; no mask or picture is read for it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.exchange.attributes import LISTS, NamedLists
from app.exchange.export_categories import ExportCategories, export_categories
from app.exchange.export_choice import ExportChoice
from app.exchange.export_frames import exported_frames
from app.exchange.export_numbers import ExportNumbers, PlannedVideo, count_export
from app.exchange.export_states import State, VideoRows, known_frames
from app.exchange.extras import SOURCE
from storage import imports, projects, videos
from storage.edits import last_number
from storage.projects import Category
from storage.tracks import Track


@dataclass(frozen=True)
class Head:
    """The keys of the file besides videos, categories and annotations, and the facts about the project."""

    info: dict[str, Any]
    licenses: tuple[Any, ...]
    extra: dict[str, Any]
    lists: NamedLists
    project: str
    edit: int
    imported: bool


@dataclass(frozen=True)
class ExportPlan:
    """The content of an export. ``choice`` has no open `ids`; ``videos`` are those in the file.

    ``own_categories`` are those of the project that may be exported, ``categories`` those of the file.
    """

    choice: ExportChoice
    head: Head
    videos: tuple[PlannedVideo, ...]
    own_categories: tuple[Category, ...]
    categories: ExportCategories
    numbers: ExportNumbers

    @property
    def left_out(self) -> tuple[str, ...]:
        """Sentences about what is not in the file."""
        return self.categories.left_out + self.numbers.outside()

    @property
    def counts_ids(self) -> bool:
        """Whether ids count from 1, instead of being those of the imported file."""
        return self.choice.ids == "counted"


def plan_export(tx: Connection, project_id: str, choice: ExportChoice) -> ExportPlan:
    """The plan of an export of a project.

    Raises `BadInput` if the project has no video or not a chosen name, or no category has a place in the version.
    """
    project = projects.get_project(tx, project_id)
    found = videos.list_videos(tx, project_id)
    if not found:
        raise BadInput("This project has no video yet, so there is nothing to export.")
    _check_names("video", choice.videos, [video.name for video in found])
    categories = projects.list_categories(tx, project_id, retired=True)
    _check_names("category", choice.categories, [category.name for category in categories])
    edit = max((last_number(tx, video=video.id) for video in found), default=0)
    head = _head(tx, project.id, project.name, choice, edit)
    if choice.ids is None:
        choice = replace(choice, ids="came" if head.imported else "counted")
    chosen = [video for video in found if choice.videos is None or video.name in choice.videos]
    return _plan([VideoRows.load(tx, video) for video in chosen], categories, head, choice)


def require_content(plan: ExportPlan) -> None:
    """Raise `BadInput` with the reasons if a plan has no frame at all."""
    if not plan.numbers.frames:
        raise BadInput(" ".join(("Nothing is left to export.", *plan.left_out)))


def _check_names(what: str, wanted: Sequence[str] | None, known: Sequence[str]) -> None:
    missing = [name for name in wanted or () if name not in known]
    if missing:
        raise BadInput(f"This project has no {what} {missing[0]!r}; it has {', '.join(known)}.")


def _head(tx: Connection, project_id: str, project: str, choice: ExportChoice, edit: int) -> Head:
    imported = imports.list_imports(tx, project_id)
    chosen = {} if choice.version is None else {"version": choice.version}
    lists = NamedLists.read(tx, project_id)
    described = {LISTS: lists.described()} if lists.described() else {}
    info: dict[str, Any] = {"description": "Video instance masks", "version": "2019", **chosen}
    licenses: tuple[Any, ...] = ()
    extra: dict[str, Any] = described
    if imported:
        first = dict(imported[0].extra or {})
        info = {**(imported[0].info or {}), **chosen}
        licenses, extra = tuple(first.get("licenses", ())), {**first.get(SOURCE, {}), **described}
    return Head(info, licenses, extra, lists, project, edit, bool(imported))


def _plan(sources: Sequence[VideoRows], categories: Sequence[Category], head: Head, choice: ExportChoice) -> ExportPlan:
    chosen = [one for one in categories if choice.categories is None or one.name in choice.categories]
    of_any = Counter(
        track.category_id for source in sources for track in source.tracks if track.category_id and not track.rejected
    )
    exportable = export_categories(chosen, {str(key): number for key, number in of_any.items()}, choice.version).ids
    planned = [_planned(source, exportable, choice) for source in sources]
    used = Counter(track.category_id for one in planned for track in one.tracks)
    tracks = {str(key): used[key] if key in exportable else number for key, number in of_any.items()}
    count = choice.ids == "counted"
    return ExportPlan(
        choice=choice,
        head=head,
        videos=tuple(one for one in planned if one.frames),
        own_categories=tuple(chosen),
        categories=export_categories(chosen, tracks, choice.version, count=count),
        numbers=count_export(planned, exportable, reviewed_only=choice.reviewed_only),
    )


def _planned(source: VideoRows, exportable: Collection[str], choice: ExportChoice) -> PlannedVideo:
    """A video with its exported frames (none: it is left out) and tracks."""
    deciding = [track for track in source.tracks if not track.rejected and track.category_id in exportable]
    # A track without any row has nothing to say about a frame.
    deciding = [track for track in deciding if source.rows[track.id] or track.source_id is not None]
    wanted = exported_frames(source.video, choice.stride)
    found = [source.states(track, reviewed_only=choice.reviewed_only) for track in deciding]
    frames = known_frames(wanted, found)
    if not deciding and choice.reviewed_only:
        # Nobody judged a track here, so only a person's word that there is none makes a frame known.
        complete = source.complete_frames(None)
        frames = tuple(frame for frame in wanted if frame in complete)
    if choice.unknown == "videos" and len(frames) < len(wanted):
        frames = ()
    kept = (
        track
        for track, states in zip(deciding, found, strict=True)
        if any(states.state(frame) is State.PRESENT for frame in frames) or _leaves_empty(track, choice)
    )
    return PlannedVideo(source, wanted, frames, tuple(kept) if frames else ())


def _leaves_empty(track: Track, choice: ExportChoice) -> bool:
    """Whether a track without a mask is exported: an imported one is, so that the file goes back as it came."""
    return track.source_id is not None and choice.ids == "came" and not choice.reviewed_only
