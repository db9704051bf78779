"""Use case: proposals for many video files, shared among processes, resumable, written to one results file.

Finished videos are kept in a journal beside the results file until all are put together. Videos that an earlier results
file has of the same frames, model and settings are copied from there. A bad video never stops the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.checkpoints.find import FoundCheckpoint
from app.errors import AppError
from app.machine import Shard
from app.progress import Report
from app.proposing.into_file import FileProposer
from app.proposing.over_videos import Done, Line, Share, VideoDone, over_videos
from app.proposing.part_files import Journal
from app.proposing.results_file import BatchResult, VideoResult, earlier_results, results_key, write_batch
from app.proposing.video_lists import FileVideo, content_hash
from app.sentences import outcome_of


class ResultMissing(AppError):
    """A video for which no process has a result."""


@dataclass(frozen=True)
class Batch:
    """The results file and the videos.

    ``again``: propose also for finished videos. ``logs``: the folder for tracebacks of mistakes of the program.
    """

    out: Path
    videos: tuple[FileVideo, ...]
    logs: Path
    again: bool = False


def journal_of(batch: Batch, proposer: FileProposer, shard: Shard, checkpoint: FoundCheckpoint) -> Journal:
    """The journal of the batch, beside its results file."""
    key = results_key(checkpoint.sha256, proposer.settings, proposer.categories)
    return Journal(batch.out.with_name(f"{batch.out.name}.parts"), shard, key=key)


def propose_share(batch: Batch, proposer: FileProposer, journal: Journal, shard: Shard, *, report: Report) -> Done:
    """Proposes for this process's share of the videos and adds the result of each to ``journal`` (open) at once."""
    known = {} if batch.again else {**earlier_results(batch.out, journal.key), **journal.finished()}

    def one(video: FileVideo, share: Share) -> VideoDone:
        line = known.get(content_hash(video) or "") if known else None
        if line is not None and _fits(line, video):
            return VideoDone(VideoResult.from_line(line, video).as_line(), before=True)
        return VideoDone(proposer.propose(video, share).as_line())

    done = over_videos(
        shard.mine(batch.videos),
        one,
        add=journal.add,
        report=journal.touching(report),
        reason_of=lambda error: outcome_of(error, batch.logs).sentence,
    )
    journal.end()
    return done


def put_together(
    batch: Batch, proposer: FileProposer, journal: Journal, checkpoint: FoundCheckpoint
) -> tuple[BatchResult, Path | None]:
    """Writes the results of all processes of this call in the order of the videos, and removes the journal.

    Returns the results and the path of the meta file; None if every video failed, and nothing is written. Raises
    `ResultMissing`.
    """
    lines = {line["id"]: line for line in journal.lines_of_call()}
    missing = [video.shown for video in batch.videos if video.id not in lines]
    if missing:
        raise ResultMissing(f"No process says what became of {missing[0]}; start the command again to go on.")
    result = BatchResult(proposer.settings, proposer.device, proposer.categories)
    result.add_lines(batch.videos, lines)
    meta = write_batch(batch.out, result, checkpoint) if result.videos else None
    journal.remove()
    return result, meta


def _fits(line: Line, video: FileVideo) -> bool:
    """Whether a finished video has the size that the annotation file gives for it."""
    entry: Mapping[str, Any] = line["entry"]
    return video.size in (None, (entry["width"], entry["height"]))
