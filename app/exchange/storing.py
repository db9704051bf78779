"""Stores the videos of an import: settles repeated ones, keeps the record, and shows one video after another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from app.checkpoints.choice import create_own_project
from app.errors import Cancelled
from app.exchange import open_imports
from app.exchange.attributes import AdoptedLists, adopt_attributes
from app.exchange.extras import SOURCE
from app.exchange.import_categories import CategoryIds, adopt_categories
from app.exchange.import_source import ImportFile
from app.exchange.open_imports import NEW_ATTRIBUTES, NEW_CATEGORIES, NEW_PROJECT, REPLACED
from app.exchange.repeats import ImportedAlready, Repeat, Repeated, find_repeats, refuse_repeats, repeat_notes
from app.exchange.staging import FileIds, Ready, show_video, stage_video
from app.exchange.turns import Turns
from app.library.removal import remove_in
from app.progress import Report
from app.sentences import counted
from storage import imports
from storage.database import Database
from storage.imports import Import
from storage.videos import Video
from storage.youtube_vis import VisNote, note_lines

LEFT_OUT = "left_out"
"""The key of an import's settings with the number of broken videos that it left out."""
FILE_CATEGORIES = "categories"
"""The key of an import's settings with the names of the file's categories by id, as text."""
LOOKING = 0.4
"""The share of the progress at which all pictures are found and the storing begins."""

Choose = Callable[[ImportedAlready], Repeat]


@dataclass(frozen=True)
class Imported:
    """The result of an import. ``skipped`` has one sentence with the reason for each video that was left out.

    ``notes`` are sentences about changes against the file: the first of each kind, with its place, and the number of
    further ones. ``import_id`` is None if nothing was imported. Where a broken import went on, videos, tracks and masks
    are those of the whole import.
    """

    videos: tuple[str, ...]
    tracks: int
    masks: int
    new_categories: tuple[str, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...] = ()
    import_id: str | None = None
    project_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return asdict(self)


@dataclass(frozen=True)
class ImportTarget:
    """The project of an import: that with an id, or a new one of a name, which is made with the first video."""

    project_id: str | None = None
    new_name: str | None = None


@dataclass(frozen=True)
class _Begun:
    """An import that has its record: ``before`` are its videos that came in earlier, ``ready`` those to come."""

    found: Import
    categories: CategoryIds
    attributes: AdoptedLists
    before: tuple[Video, ...]
    ready: tuple[Ready, ...]
    repeats: Mapping[int, Repeated]


@dataclass(frozen=True)
class Storing:
    """The second half of an import: it stores the videos whose pictures are found."""

    database: Database
    source: ImportFile
    target: ImportTarget
    report: Report
    check: Callable[[], None]
    published: Callable[[Connection], None]

    def run(
        self,
        found: Sequence[Ready],
        skipped: Sequence[str],
        repeat: Repeat,
        choose: Choose | None,
        resumes: Mapping[str, Any],
    ) -> Imported:
        """Store the videos, as `import_dataset` says."""
        repeat, repeats = self._settled(found, repeat, choose)
        notes = repeat_notes(repeats, repeat)
        ready = tuple(item for item in found if repeat != "skip" or item.video.id not in repeats)
        if not ready and not self._goes_on():
            return Imported((), 0, 0, (), tuple(skipped), note_lines(notes), project_id=self.target.project_id)
        begun = self._begin(ready, repeats if repeat == "replace" else {}, repeat, resumes)
        try:
            names = self._store(begun)
            with self.database.atomic() as tx:
                imports.finish_import(tx, begun.found.id)
        except BaseException as error:
            open_imports.leave(self.database, begun.found.id)
            if isinstance(error, Cancelled):
                raise Cancelled(self._kept(begun)) from error
            raise
        open_imports.forget(begun.found.id)
        return self._result(begun, names, skipped, notes)

    def _goes_on(self) -> bool:
        with self.database.read() as tx:
            return self.source.open_import(tx, self.target.project_id) is not None

    def _settled(
        self, found: Sequence[Ready], repeat: Repeat, choose: Choose | None
    ) -> tuple[Repeat, dict[int, Repeated]]:
        """The choice for videos that are here already, and these videos."""
        if self.target.project_id is None:
            return repeat, {}
        with self.database.read() as tx:
            broken = self.source.open_import(tx, self.target.project_id)
            if broken is not None and repeat == "ask":
                # Whoever began the import has chosen already.
                repeat = dict(broken.settings or {}).get("repeat", repeat)
            if repeat == "again":
                return repeat, {}
            repeats = find_repeats(
                tx, self.target.project_id, [item.candidate for item in found], but=broken.id if broken else None
            )
        if repeat == "ask" and repeats:
            try:
                if len(repeats) < len(found) and self._mends(repeats):
                    return "skip", repeats
                refuse_repeats(self.source.path.name, repeats, count=len(found))
            except ImportedAlready as question:
                if choose is None:
                    raise
                repeat = choose(question)
        return repeat, {} if repeat == "again" else repeats

    def _mends(self, repeats: Mapping[int, Repeated]) -> bool:
        """Whether the earlier imports left out broken videos, and the file has the same tracks for those that came in.

        Then the file was mended, and only its other videos are wanted.
        """
        with self.database.read() as tx:
            earlier = [imports.get_import(tx, str(one.known.import_id)) for one in repeats.values()]
        return all(one.same for one in repeats.values()) and all((one.settings or {}).get(LEFT_OUT) for one in earlier)

    def _begin(
        self, ready: tuple[Ready, ...], repeats: Mapping[int, Repeated], repeat: Repeat, resumes: Mapping[str, Any]
    ) -> _Begun:
        """Make the record of the import, or take over that of a broken one; with the project and the categories."""
        source = self.source
        with self.database.atomic() as tx:
            new = self.target.project_id is None
            project_id = self.target.project_id or create_own_project(tx, name=self.target.new_name or "").id
            broken = None if new else source.open_import(tx, project_id)
            import_id = broken.id if broken else self._record(tx, project_id, repeat, resumes, len(ready))
            if broken:
                open_imports.own(tx, import_id)
            categories = adopt_categories(tx, project_id, source.dataset.categories)
            lists = adopt_attributes(tx, project_id, source.dataset)
            found = imports.get_import(tx, import_id)
            made = dict(found.made or {})
            added = [*made.get(NEW_CATEGORIES, ()), *(categories.ids[one] for one in categories.added)]
            imports.record_made(
                tx,
                import_id,
                **{
                    NEW_CATEGORIES: added,
                    NEW_ATTRIBUTES: [*made.get(NEW_ATTRIBUTES, ()), *lists.added],
                    NEW_PROJECT: bool(made.get(NEW_PROJECT)) or new,
                },
            )
            before = open_imports.shown_videos(tx, found)
        return _Begun(found, categories, lists, before, ready, repeats)

    def _record(self, tx: Connection, project_id: str, repeat: Repeat, resumes: Mapping[str, Any], count: int) -> str:
        source = self.source
        how: dict[str, Any] = {
            "frames": str(source.frames.absolute()),
            "stride": source.stride,
            "repeat": repeat,
            "videos": count,
        }
        how[LEFT_OUT] = len(source.left_out)
        how[FILE_CATEGORIES] = {str(category.id): category.name for category in source.dataset.categories}
        import_id = imports.add_import(
            tx,
            project_id=project_id,
            path=str(source.path.absolute()),
            content_hash=source.digest,
            info=source.dataset.info,
            extra={"licenses": list(source.dataset.licenses), SOURCE: source.dataset.extra},
            settings={**how, "resumes": dict(resumes) or self._own_parameters()},
        )
        open_imports.own(tx, import_id)
        return import_id

    def _kept(self, begun: _Begun) -> str:
        """What a cancelled import keeps, as a sentence; empty for nothing."""
        with self.database.read() as tx:
            came = len(open_imports.shown_videos(tx, begun.found))
        whole = len(begun.before) + len(begun.ready)
        which = f"{came} of {counted(whole, 'video')} came in"
        return f"{which}; the import can go on, or be taken back." if came else ""

    def _own_parameters(self) -> dict[str, Any]:
        source = self.source
        return {"file": str(source.path.absolute()), "frames": str(source.frames.absolute()), "stride": source.stride}

    def _store(self, begun: _Begun) -> list[str]:
        """Store and show the videos; returns their names."""
        turns = Turns(self.database)
        total = sum(item.masks for item in begun.ready)
        names: list[str] = []
        done = 0
        for number, item in enumerate(begun.ready, start=1):
            stored = self._progress(f"Video {number} of {len(begun.ready)} ({item.name})", item.masks, done, total)
            self.check()
            staged = stage_video(
                turns,
                project_id=begun.found.project_id,
                import_id=begun.found.id,
                item=item,
                ids=FileIds(begun.categories.ids, begun.attributes),
                stored=stored,
            )
            with turns.atomic() as tx:
                open_imports.hold(tx, begun.found.id)
                self._replace(tx, begun, item)
                names.append(show_video(tx, staged).name)
                self.published(tx)
            done += item.masks
        return names

    def _progress(self, what: str, masks: int, before: int, total: int) -> Callable[[int], None]:
        def stored(done: int) -> None:
            self.check()
            share = (before + done) / total if total else 0.0
            self.report(LOOKING + (1 - LOOKING) * share, f"{what}: {done:,} of {counted(masks, 'mask')}")

        return stored

    def _replace(self, tx: Connection, begun: _Begun, item: Ready) -> None:
        """Remove the video in whose place the next one is shown."""
        repeated = begun.repeats.get(item.video.id)
        if repeated is not None:
            remove_in(tx, repeated.known.id)
            replaced = dict(imports.get_import(tx, begun.found.id).made or {}).get(REPLACED, [])
            imports.record_made(tx, begun.found.id, **{REPLACED: [*replaced, repeated.known.id]})

    def _result(
        self, begun: _Begun, names: Sequence[str], skipped: Sequence[str], notes: Sequence[VisNote]
    ) -> Imported:
        ids = {str(item.video.id) for item in begun.ready} | {str(video.source_id) for video in begun.before}
        kept = [track for track in self.source.dataset.tracks if str(track.video_id) in ids]
        went_on = []
        if begun.before:
            text = f"{counted(len(begun.before), 'video')} had come in before the import broke off; it went on."
            went_on = [VisNote("went on", str(self.source.path.name), text)]
        of_pictures = [note for item in begun.ready for note in item.pictures.notes]
        return Imported(
            videos=(*(video.name for video in begun.before), *names),
            tracks=len(kept),
            masks=sum(rle is not None for track in kept for rle in track.segmentations),
            new_categories=begun.categories.new,
            skipped=tuple(skipped),
            notes=note_lines(
                [
                    *went_on,
                    *notes,
                    *begun.categories.notes,
                    *begun.attributes.notes,
                    *of_pictures,
                    *self.source.dataset.notes,
                ]
            ),
            import_id=begun.found.id,
            project_id=begun.found.project_id,
        )
