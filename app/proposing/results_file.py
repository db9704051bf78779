"""Results of many video files: a record per video, the YouTube-VIS file that holds all, the meta file beside it."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from app.checkpoints.find import FoundCheckpoint
from app.proposing.over_videos import Line
from app.proposing.video_lists import FileVideo
from model.tracking.settings import SettledSettings, with_thresholds
from storage.atomic import write_text
from storage.youtube_vis import VisCategory, VisResult, write_results


@dataclass(frozen=True)
class VideoResult:
    """The tracks of one video. ``entry`` describes the video in the meta file."""

    entry: Mapping[str, Any]
    results: tuple[VisResult, ...]

    @property
    def dropped(self) -> Mapping[str, int]:
        """Numbers of dropped tracks by class name; the classes have no category."""
        found: Mapping[str, int] = self.entry["dropped"]
        return found

    def as_line(self) -> Line:
        """The result as a journal keeps it."""
        results = [
            {"category_id": one.category_id, "segmentations": list(one.segmentations), "score": one.score}
            for one in self.results
        ]
        entry = dict(self.entry)
        return {"id": entry["id"], "hash": entry["content_hash"], "entry": entry, "results": results}

    @classmethod
    def from_line(cls, line: Line, video: FileVideo) -> "VideoResult":
        """The result that ``line`` keeps, with the id, path and file names of ``video``."""
        names = {"id": video.id, "path": str(video.path), "file_names": list(video.names or ())}
        results = tuple(
            VisResult(video.id, one["category_id"], tuple(one["segmentations"]), one["score"])
            for one in line["results"]
        )
        return cls({**line["entry"], **names}, results)


@dataclass(frozen=True)
class FailedVideo:
    """A video that could not be processed, and the reason in one sentence."""

    video: FileVideo
    reason: str


@dataclass
class BatchResult:
    """The results of all videos, and the settings and device that they were made with."""

    settings: SettledSettings
    device: str
    categories: tuple[VisCategory, ...]
    videos: list[VideoResult] = field(default_factory=list)
    failed: list[FailedVideo] = field(default_factory=list)

    @property
    def results(self) -> list[VisResult]:
        """All tracks, video by video, best first."""
        return [result for video in self.videos for result in video.results]

    @property
    def dropped(self) -> Counter[str]:
        """Numbers of dropped tracks by class name."""
        return sum((Counter(video.dropped) for video in self.videos), Counter())

    def add_lines(self, videos: Iterable[FileVideo], lines: Mapping[int, Line]) -> None:
        """Adds ``videos`` in their order; ``lines`` are journal lines by the id of the video."""
        for video in videos:
            line = lines[video.id]
            if "failed" in line:
                self.failed.append(FailedVideo(video, line["failed"]))
            else:
                self.videos.append(VideoResult.from_line(line, video))


def write_batch(out: Path, batch: BatchResult, checkpoint: FoundCheckpoint) -> Path:
    """Write the results to ``out``, and videos, checkpoint and settings to ``OUT.meta.json``; returns that path."""
    meta = meta_path(out)
    content = {
        "videos": [dict(video.entry) for video in batch.videos],
        "categories": [{"id": category.id, "name": category.name} for category in batch.categories],
        "model": {
            "name": checkpoint.name,
            "sha256": checkpoint.sha256,
            "config": checkpoint.weights.config.name,
            "categories": list(checkpoint.categories),
        },
        "settings": {**asdict(batch.settings), "device": batch.device},
        "dropped": dict(batch.dropped),
        "failed": [{"id": failure.video.id, "reason": failure.reason} for failure in batch.failed],
    }
    write_results(out, batch.results)
    try:
        write_text(meta, json.dumps(content, indent=1) + "\n")
    except BaseException:
        # Without the meta file, the results cannot be matched to their videos.
        out.unlink(missing_ok=True)
        raise
    return meta


def meta_path(out: Path) -> Path:
    """The meta file of the results file ``out``."""
    return out.with_name(f"{out.name}.meta.json")


def results_key(model_sha256: str, settings: SettledSettings, categories: Sequence[VisCategory]) -> dict[str, Any]:
    """What results depend on besides the frames (JSON). Not the device, but its precision, which is a setting."""
    listed = [[category.id, category.name] for category in categories]
    return {"format": 1, "model": model_sha256, "settings": _as_compared(asdict(settings)), "categories": listed}


def _as_compared(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without the device, and without the word that masks are not steady, which earlier versions lack."""
    unsaid = {"device"} if settings.get("steady") else {"device", "steady"}
    return {name: value for name, value in settings.items() if name not in unsaid}


def earlier_results(out: Path, key: Mapping[str, Any]) -> dict[str, Line]:
    """The videos of a results file that was made with the same key: content hash -> journal line."""
    try:
        meta = json.loads(meta_path(out).read_bytes())
        settings = _as_compared(with_thresholds(meta["settings"]))
        listed = [[category["id"], category["name"]] for category in meta["categories"]]
        if [meta["model"]["sha256"], settings, listed] != [key[name] for name in ("model", "settings", "categories")]:
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
        # There are no results yet, or files of another program: every video is processed.
        return {}
