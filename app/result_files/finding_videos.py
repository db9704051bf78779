"""Finds the videos of a project for those of a file of results, and adds missing ones where a person named frames.

Nothing is added before it is known to fit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from app.errors import BadInput
from app.exchange.import_source import ReadSettings
from app.exchange.importing import import_dataset
from app.library.sources import existing
from app.library.videos import add_video, twin_of
from app.progress import Report
from app.result_files.choices import ProposalChoices
from app.result_files.matching_videos import VideoMatches, match_videos
from app.result_files.meant_video import holds_pictures, is_likely, named_by_person, require_fit
from app.result_files.source import ResultFile, SourceVideo
from app.settings import Settings
from storage import videos
from storage.database import Database
from storage.formats import RESULTS
from storage.frames import VideoError
from storage.frames.scan import VIDEO_SUFFIXES
from storage.videos import Video


@dataclass(frozen=True)
class VideoSearch:
    """The search for the videos of one file.

    counted: counts the frames of a video, and returns it. report: is called often; an error that it raises ends the
    search. notes, skipped: sentences for the person, in the end.
    """

    database: Database
    settings: Settings
    project_id: str
    file: Path
    read: ResultFile
    choices: ProposalChoices
    counted: Callable[[Video, Report], Video]
    report: Report
    notes: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def run(self, sources: Sequence[SourceVideo]) -> VideoMatches:
        """The videos of the project. Raises `BadInput` if there is none, `storage.frames.VideoError`."""
        matches = self._matches(sources)
        for source in matches.missing:
            self.skipped.append(f"{source.shown} was left out: no video of the project has its name or its pictures.")
        if matches.found:
            return matches
        advice = "add it to the project, name the folder of its frames (--frames DIR, or in the form)"
        if len(sources) == 1:
            advice += ", or say which video is meant (--video NAME, or in the form)"
        reason = f" {self.notes[-1]}" if self.notes else ""
        raise BadInput(f"{self.read.name}: no video of the project is {sources[0].shown}; {advice}.{reason}")

    def _matches(self, sources: Sequence[SourceVideo]) -> VideoMatches:
        if self.choices.video:
            try:
                return VideoMatches({sources[0].id: named_by_person(sources, self._known(), self.choices.video)}, ())
            except BadInput as error:
                raise BadInput(f"{self.read.name}: {error}") from error
        matches = match_videos(sources, self._known())
        if not matches.missing:
            return matches
        alone = sources[0] if len(sources) == 1 else None
        if self.choices.frames is not None:
            if alone is not None and self._is_its_video(alone, self.choices.frames):
                return VideoMatches({alone.id: self._video_at(alone, self.choices.frames)}, ())
            self.notes.extend(self._add_missing(matches.missing))
            return match_videos(sources, self._known())
        if alone is not None and self.read.title != RESULTS.title:
            return self._only(alone) or matches
        return matches

    def _is_its_video(self, alone: SourceVideo, place: Path) -> bool:
        """Whether a person named the video of the only one of a file itself, not a folder in which it is."""
        if place.is_file():
            # At a stride, an import of the file that names the video knows which of its frames are meant.
            return self.choices.stride is None or not self._by_pictures([alone])
        return not self._by_pictures([alone]) and self._place_of(alone) is None and holds_pictures(place)

    def _by_pictures(self, missing: Sequence[SourceVideo]) -> bool:
        """Whether a file names the pictures of the videos, so that it can be imported to add them."""
        if self.choices.annotations is not None:
            return True
        return self.read.title != RESULTS.title and not any(source.by_number for source in missing)

    def _only(self, alone: SourceVideo) -> VideoMatches | None:
        """The only video of the project for the only one of the file, if they fit."""
        known = self._known()
        if len(known) != 1:
            return None
        only = self.counted(known[0], self.report)
        if not is_likely(alone, only, self.choices.stride):
            return None
        self.notes.append(f"{alone.shown} was taken for {only.name}, the only video of the project.")
        return VideoMatches({alone.id: only}, ())

    def _video_at(self, source: SourceVideo, place: Path) -> Video:
        """The project's video that is this file or folder of pictures; it is added if it fits."""
        known = twin_of(self._known(), existing(place))
        if known is not None:
            return known
        self._require_fit(source, place)
        return add_video(self.database, self.settings, project_id=self.project_id, path=place)

    def _require_fit(self, source: SourceVideo, place: Path) -> None:
        try:
            require_fit(source, place, self.choices.stride)
        except BadInput as error:
            raise BadInput(f"{self.read.name}: {source.shown}: {error}") from error

    def _known(self) -> tuple[Video, ...]:
        with self.database.read() as tx:
            return videos.list_videos(tx, self.project_id)

    def _add_missing(self, missing: Sequence[SourceVideo]) -> tuple[str, ...]:
        """Add videos without tracks, from the file that names them; returns sentences about what could not be added."""
        if not self._by_pictures(missing):
            return self._add_files(missing)
        bare = frozenset(source.id for source in missing)
        done = import_dataset(
            self.database,
            self.settings,
            project_id=self.project_id,
            file=self.choices.annotations or self.file,
            frames_folder=self.choices.frames,
            how=ReadSettings(keep_good=self.choices.keep_good, crowd="objects", bare=bare),
            stride=self.choices.stride,
            repeat="skip",
            report=self.report,
        )
        return (*done.notes, *done.skipped)

    def _add_files(self, missing: Sequence[SourceVideo]) -> tuple[str, ...]:
        """Add the video files and folders of pictures with the names of videos; sentences about the others.

        All of them are looked at before the first is added.
        """
        places = [(source, self._place_of(source)) for source in missing]
        sentences, good = [], []
        for source, place in places:
            self.report(0.0, f"Looking at the frames of {source.shown}")
            if place is None:
                where = self.choices.frames
                sentences.append(f"{source.shown}: neither a video file nor a folder of this name is in '{where}'.")
                continue
            try:
                self._require_fit(source, place)
            except (BadInput, VideoError) as error:
                if not self.choices.keep_good:
                    raise
                sentences.append(str(error))
                continue
            good.append(place)
        for place in good:
            add_video(self.database, self.settings, project_id=self.project_id, path=place)
        return tuple(sentences)

    def _place_of(self, source: SourceVideo) -> Path | None:
        """The video file or folder of pictures with the name of a video."""
        folder = self.choices.frames
        assert folder is not None
        stem = Path(source.name).stem if Path(source.name).suffix.lower() in VIDEO_SUFFIXES else source.name
        names = (source.name, stem, *(f"{stem}{suffix}" for suffix in sorted(VIDEO_SUFFIXES)))
        below = [name for name in dict.fromkeys(names) if _is_below(name)]
        if not folder.is_dir():
            return folder if folder.name in below else None
        return next((folder / name for name in below if (folder / name).exists()), None)


def _is_below(name: str) -> bool:
    """Whether a name that a file gives lies below the folder that the person named, and nowhere else."""
    return not Path(name).is_absolute() and ".." not in PurePosixPath(name.replace("\\", "/")).parts
