"""Use case: proposals for many video files, shared among processes, resumable, and put together in one results file.

What is finished is kept beside the results until all is put together, and what an earlier results file has of the
same pictures, model and settings is taken from there. One bad video never stops the others.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.checkpoints.find import FoundModel
from app.errors import AppError, Cancelled
from app.machine import Shard
from app.progress import Report
from app.proposing.into_file import Failure, Looked, Looker, Outcome, meta_path, part_of, write_outcome
from app.proposing.part_files import Line, Parts
from app.proposing.video_lists import FileVideo, content_hash
from app.sentences import outcome_of
from storage.youtube_vis import VisCategory, VisResult

FORMAT = 1


class PartsIncomplete(AppError):
    """A video of which no process has said what became of it."""


@dataclass(frozen=True)
class Batch:
    """What is to be done: where the results go, over which videos, and how.

    ``again``: look also at what is done. ``logs``: the folder for tracebacks of mistakes of the program.
    """

    out: Path
    videos: tuple[FileVideo, ...]
    categories: tuple[VisCategory, ...]
    logs: Path
    again: bool = False


@dataclass
class Done:
    """What this process did: how many videos it looked at, and which it found done before or had to leave out."""

    looked_at: int = 0
    before: int = 0
    failed: list[Failure] = field(default_factory=list)


def run_part(
    batch: Batch, looker: Looker, parts: Parts, shard: Shard, *, about: Mapping[str, Any], report: Report
) -> Done:
    """Looks at this process's share of the videos that are not done, keeping each in ``parts`` (open) at once."""
    known = {} if batch.again else {**_earlier_results(batch.out, about), **parts.finished()}
    mine, done = shard.mine(batch.videos), Done()
    for position, video in enumerate(mine):
        found = known.get(content_hash(video) or "") if known else None
        if found is not None and _fits(found, video):
            parts.add(_as_line(_looked(found, video)))
            done.before += 1
            continue
        share = parts.heard(part_of(report, position, len(mine), video.shown))
        try:
            parts.add(_as_line(looker.look(video, share)))
            done.looked_at += 1
        except Cancelled:
            raise
        except Exception as error:
            # Whatever a video does to the program, the others get their turn; the sentence says what happened.
            failure = Failure(video, outcome_of(error, batch.logs).sentence)
            parts.add({"id": video.id, "failed": failure.reason})
            done.failed.append(failure)
    parts.end()
    return done


def put_together(batch: Batch, looker: Looker, parts: Parts, model: FoundModel) -> tuple[Outcome, Path | None]:
    """Joins what all processes of this call say, in the order of the videos, and writes it; the parts go.

    Returns the outcome and the path of the meta file; None where no video could be looked at, and nothing is written.
    Raises `PartsIncomplete`.
    """
    said = {line["id"]: line for line in parts.of_this_call()}
    missing = [video.shown for video in batch.videos if video.id not in said]
    if missing:
        raise PartsIncomplete(f"No process says what became of {missing[0]}; start the command again to go on.")
    outcome = Outcome(looker.settings, looker.device, batch.categories)
    for video in batch.videos:
        line = said[video.id]
        if "failed" in line:
            outcome.failed.append(Failure(video, line["failed"]))
        else:
            outcome.looked_at.append(_looked(line, video))
    meta = write_outcome(batch.out, outcome, model) if outcome.looked_at else None
    parts.remove()
    return outcome, meta


def parts_folder(out: Path) -> Path:
    """Where what is finished is kept until all is."""
    return out.with_name(f"{out.name}.parts")


def about(model_sha256: str, looker: Looker, categories: Sequence[VisCategory]) -> dict[str, Any]:
    """What results depend on besides the pictures. Not the device: its precision is part of the settings."""
    listed = [[category.id, category.name] for category in categories]
    return {"format": FORMAT, "model": model_sha256, "settings": asdict(looker.settings), "categories": listed}


def _earlier_results(out: Path, wanted: Mapping[str, Any]) -> dict[str, Line]:
    """Videos of a results file that was made of the same model, settings and categories: content hash -> line."""
    try:
        meta = json.loads(meta_path(out).read_bytes())
        settings = {name: value for name, value in meta["settings"].items() if name != "device"}
        listed = [[category["id"], category["name"]] for category in meta["categories"]]
        if [meta["model"]["sha256"], settings, listed] != [wanted[key] for key in ("model", "settings", "categories")]:
            return {}
        entries = {entry["id"]: entry for entry in meta["videos"]}
        found: dict[int, list[Any]] = {number: [] for number in entries}
        for result in json.loads(out.read_bytes()):
            found[result["video_id"]].append(result)
        return {
            entry["content_hash"]: {"entry": {"dropped": {}, **entry}, "results": found[number]}
            for number, entry in entries.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # No results yet, or not ours: nothing to go on from.
        return {}


def _fits(line: Line, video: FileVideo) -> bool:
    """Whether a video that was done before has the size that this annotation file promises."""
    entry = line["entry"]
    return video.size in (None, (entry["width"], entry["height"]))


def _as_line(looked: Looked) -> Line:
    results = [
        {"category_id": one.category_id, "segmentations": list(one.segmentations), "score": one.score}
        for one in looked.results
    ]
    entry = dict(looked.entry)
    return {"id": entry["id"], "hash": entry["content_hash"], "entry": entry, "results": results}


def _looked(line: Line, video: FileVideo) -> Looked:
    """What a line says, for the video as it is called now."""
    called = {"id": video.id, "path": str(video.path), "file_names": list(video.names or ())}
    results = tuple(
        VisResult(video.id, one["category_id"], tuple(one["segmentations"]), one["score"]) for one in line["results"]
    )
    return Looked({**line["entry"], **called}, results)
