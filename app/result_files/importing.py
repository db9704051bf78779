"""Use case: import the results of any model as proposals of a project's videos; one undo per video takes them back.

The tracks are matched to those that stand by the rules of a proposal run (`app.proposing`): human masks and human
*absent* are never changed. Videos that the project lacks are added without their tracks where a folder of frames is
named.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.checkpoints.choice import create_own_project
from app.errors import BadInput, Cancelled
from app.exchange.open_imports import delete_empty_project
from app.library.counting import count_frames
from app.progress import Report, quiet
from app.result_files import named_videos
from app.result_files.choices import AS_THEY_ARE, ProposalChoices
from app.result_files.finding_videos import VideoSearch
from app.result_files.matching_videos import frames_of
from app.result_files.reading import ReadResults, read_result_file
from app.result_files.source import NamedVideos, ResultFile, SourceTrack, SourceVideo
from app.result_files.storing import RunSettings, StoredRun, is_stored, store_tracks, stored_by
from app.sentences import counted
from app.settings import Settings
from storage import projects
from storage.database import Database
from storage.frames import VideoError
from storage.videos import Video

PROPOSALS = "proposals"
"""The value of the parameter ``as`` of a job that imports results of a model."""
MADE_BY = "made_by_job"
"""The key of a new project's ``extra`` with the id of the job that made it."""
READING, COUNTING = 0.1, 0.2  # shares of the progress: the file is read, the frames of a video are counted


@dataclass
class ProposalsImported:
    """The result. ``videos`` are names; ``tracks`` and ``masks`` are those that were stored as proposals.

    added, replaced, dropped, deleted: numbers of tracks as a run counts them (dropped: a person rejected them before).
    low: tracks below the least score. unmapped: tracks by classes without a category. digest: of the file, by which it
    is taken back.
    """

    source: str
    digest: str
    project_id: str
    videos: list[str] = field(default_factory=list)
    video_ids: list[str] = field(default_factory=list)
    tracks: int = 0
    masks: int = 0
    added: int = 0
    replaced: int = 0
    dropped: int = 0
    deleted: int = 0
    low: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return {"as": PROPOSALS, **asdict(self), "unmapped": dict(self.unmapped)}

    def count(self, video: Video, tracks: Sequence[SourceTrack], done: StoredRun) -> None:
        """Add what a run did in a video."""
        self.videos.append(video.name)
        self.video_ids.append(video.id)
        self.tracks += len(tracks)
        self.masks += sum(track.masks for track in tracks)
        self.added += done.added
        self.replaced += done.replaced
        self.dropped += done.dropped
        self.deleted += done.deleted
        self.unmapped.update(done.unmapped)


def import_proposals(
    database: Database,
    settings: Settings,
    *,
    project_id: str | None = None,
    new_project: str | None = None,
    file: Path,
    choices: ProposalChoices = AS_THEY_ARE,
    job_id: str | None = None,
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
) -> ProposalsImported:
    """Import the tracks of a file, archive or folder as proposals, into a project or a new one called ``new_project``.

    A video whose latest proposals came from the same file in the same way is left as it is. Videos without a track in
    the file are left as they are, too.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`, `Cancelled`,
    `storage.errors.NotFound`.
    """

    def check() -> None:
        if cancelled():
            raise Cancelled

    def name_ids(path: Path, ids: set[int]) -> NamedVideos:
        if choices.annotations is not None:
            return named_videos.of_annotations(choices.annotations)
        found = named_videos.of_meta_file(path)
        if found is None:
            with database.read() as tx:
                found = named_videos.of_imports(tx, target, ids, path.name)
        return found

    if choices.frames is not None and not choices.frames.exists():
        raise BadInput(f"There is no folder {choices.frames}; give the folder that holds the frames.")
    report(0.0, f"Reading {file.name}")
    with (
        _project(database, project_id, new_project, job_id) as target,
        read_result_file(database, settings, file, ReadResults(name_ids, choices.keep_good), check) as read,
    ):
        import_ = _ProposalImport(database, settings, target, file, read, choices, job_id, report, check, cancelled)
        return import_.run()


@contextmanager
def _project(database: Database, project_id: str | None, new: str | None, job_id: str | None) -> Iterator[str]:
    """The id of the project; a new one is deleted again if an error leaves it empty.

    A job that goes on after its worker ended finds the project that it had made.
    """
    with database.atomic() as tx:
        if project_id is not None:
            found = projects.get_project(tx, project_id)
        else:
            made = None if job_id is None else projects.find_project(tx, new or "")
            goes_on = made is not None and (made.extra or {}).get(MADE_BY) == job_id
            extra = None if job_id is None else {MADE_BY: job_id}
            found = made if made and goes_on else create_own_project(tx, name=new or "", extra=extra)
    try:
        yield found.id
    except BaseException:
        if project_id is None:
            with database.atomic() as tx:
                delete_empty_project(tx, found.id)
        raise


@dataclass(frozen=True)
class _ProposalImport:
    database: Database
    settings: Settings
    project_id: str
    file: Path
    read: ResultFile
    choices: ProposalChoices
    job_id: str | None
    report: Report
    check: Callable[[], None]
    cancelled: Callable[[], bool]

    def run(self) -> ProposalsImported:
        source = self.choices.source or self.read.model or self.read.name.split(".")[0]
        done = ProposalsImported(source, self.read.digest, self.project_id, notes=list(self.read.notes))
        done.skipped += self.read.left_out
        wanted = self._wanted(done)
        search = VideoSearch(
            database=self.database,
            settings=self.settings,
            project_id=self.project_id,
            file=self.file,
            read=self.read,
            choices=self.choices,
            counted=self._counted,
            report=self._early,
        )
        matches = search.run([video for video in self.read.videos if video.id in wanted])
        done.notes += search.notes
        done.skipped += search.skipped
        run = RunSettings(source, self.read.digest, self.read.name, self.choices.least_score)
        for position, (number, video) in enumerate(matches.found.items()):
            self.check()
            part = _Share(self.report, position, len(matches.found), video.name)
            shown = next(one for one in self.read.videos if one.id == number)
            try:
                self._one(shown, video, wanted[number], run, part, done)
            except (BadInput, VideoError) as error:
                if not self.choices.keep_good:
                    raise BadInput(f"{self.read.name}: {shown.shown}: {error}") from error
                done.skipped.append(f"{shown.shown} was left out: {error}")
        return done

    def _early(self, share: float, message: str) -> None:
        """Report the progress before the first track is stored."""
        self.check()
        self.report(READING * share, message)

    def _wanted(self, done: ProposalsImported) -> dict[int, list[SourceTrack]]:
        """The tracks with a mask and a sufficient score, by video. Raises `BadInput` if there is none."""
        found: dict[int, list[SourceTrack]] = {}
        for track in self.read.tracks:
            if track.score is not None and track.score < self.choices.least_score:
                done.low += 1
            elif track.masks:
                found.setdefault(track.video, []).append(track)
        if done.low:
            done.notes.append(f"{counted(done.low, 'track')} below the score {self.choices.least_score:g} left out.")
        if not found:
            low = f" with a score of {self.choices.least_score:g} or more" if done.low else ""
            raise BadInput(f"{self.read.name} holds no track with a mask{low}, so there is nothing to propose.")
        return found

    def _counted(self, video: Video, report: Report) -> Video:
        """The video after its frames were counted: before, their number is provisional."""
        return count_frames(self.database, video_id=video.id, report=report, cancelled=self.cancelled)

    def _one(
        self,
        source: SourceVideo,
        video: Video,
        tracks: Sequence[SourceTrack],
        run: RunSettings,
        share: "_Share",
        done: ProposalsImported,
    ) -> None:
        """Store the tracks of one video."""
        with self.database.read() as tx:
            before = None if self.job_id is None else stored_by(tx, video, run, self.job_id, len(tracks))
            if before is not None:
                return done.count(video, tracks, before)
            if not self.choices.again and is_stored(tx, video, run):
                done.notes.append(f"{video.name} has these proposals already; it stays as it is.")
                return
        video = self._counted(video, lambda part, message: share(COUNTING * part, message))
        frames = frames_of(source, video, stride=self.choices.stride)
        if frames and frames[-1] >= video.count:
            raise BadInput(f"its last mask is on frame {frames[-1]}, but {video.name} ends with {video.count - 1}.")
        total = sum(track.masks for track in tracks)

        def stored(masks: int) -> None:
            self.check()
            share(COUNTING + (1 - COUNTING) * masks / total, f"{video.name}: {masks:,} of {counted(total, 'mask')}")

        result = store_tracks(
            self.database,
            video,
            tracks,
            frames,
            run,
            classes=self.read.classes,
            job_id=self.job_id,
            stored=stored,
        )
        if result is None:
            done.skipped.append(f"{video.name} was left out: its proposals were undone while they came in.")
        else:
            done.count(video, tracks, result)


@dataclass(frozen=True)
class _Share:
    """Reports the progress within one of several videos."""

    report: Report
    position: int
    videos: int
    name: str

    def __call__(self, part: float, message: str) -> None:
        self.report(READING + (1 - READING) * (self.position + part) / self.videos, message)
