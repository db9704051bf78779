"""Which videos and categories the ids in results mean: a YouTube-VIS file, a meta file, or an import of the project."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.exchange.storing import FILE_CATEGORIES
from app.proposing.results_file import meta_path
from app.result_files.source import NamedVideos, SourceVideo
from storage import imports, videos
from storage.formats import video_folder
from storage.youtube_vis import VisVideo, read_dataset

ADVICE = "name the YouTube-VIS file that the results were made for (--annotations FILE, or in the form)"


def of_annotations(file: Path) -> NamedVideos:
    """The videos and categories of a YouTube-VIS file, whose tracks are not read.

    Raises `BadInput`, `storage.youtube_vis.YouTubeVisError`.
    """
    try:
        dataset = read_dataset(file, annotations=False)
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror or error}).") from error
    found = {video.id: of_dataset_video(video) for video in dataset.videos}
    return NamedVideos(file.name, found, {category.id: category.name for category in dataset.categories})


def of_dataset_video(video: VisVideo) -> SourceVideo:
    """A video of a data set, named after the folder of its pictures."""
    return SourceVideo(
        video.id, video_folder(video), video.file_names, length=video.length, size=(video.width, video.height)
    )


def of_meta_file(results: Path) -> NamedVideos | None:
    """What `propose --out` wrote beside its results; None if there is no such file.

    Raises `BadInput` if it is there and cannot be used.
    """
    file = meta_path(results)
    if not file.is_file():
        return None
    try:
        top = json.loads(file.read_bytes())
        entries = {int(entry["id"]): _of_entry(entry) for entry in top["videos"]}
        categories = {int(one["id"]): str(one["name"]) for one in top["categories"]}
        model = str(top["model"]["name"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(f"{file} is no meta file of `propose`; remove it, or {ADVICE}.") from error
    return NamedVideos(file.name, entries, categories, model)


def _of_entry(entry: Mapping[str, Any]) -> SourceVideo:
    names = tuple(str(name) for name in entry.get("file_names") or ())
    folder = PurePosixPath(names[0]).parent.as_posix() if names else ""
    name = folder if folder not in ("", ".") else PurePosixPath(str(entry["path"]).replace("\\", "/")).name
    size = (int(entry["width"]), int(entry["height"]))
    return SourceVideo(
        int(entry["id"]),
        name,
        names,
        length=int(entry["length"]),
        size=size,
        content_hash=str(entry["content_hash"]),
    )


def of_imports(tx: Connection, project_id: str, wanted: Iterable[int], file: str) -> NamedVideos:
    """The latest import of the project that brought videos with all ``wanted`` ids.

    Raises `BadInput` if there is none; ``file`` is the name of the results.
    """
    ids = set(wanted)
    known = videos.list_videos(tx, project_id)
    for found in reversed(imports.list_imports(tx, project_id)):
        names = (found.settings or {}).get(FILE_CATEGORIES)
        own = [video for video in known if video.import_id == found.id and (video.source_id or "").isdigit()]
        entries = {int(video.source_id or 0): _of_stored(video) for video in own}
        if isinstance(names, Mapping) and ids and ids <= set(entries):
            return NamedVideos(Path(found.path).name, entries, {int(key): str(name) for key, name in names.items()})
    raise BadInput(f"Nothing says which videos and categories the ids in {file} mean; {ADVICE}.")


def _of_stored(video: videos.Video) -> SourceVideo:
    names: Sequence[str] = video.file_names or ()
    return SourceVideo(
        int(video.source_id or 0),
        video.name,
        tuple(names),
        length=len(names) or video.count,
        size=(video.width, video.height),
        stored=video.id,
    )
