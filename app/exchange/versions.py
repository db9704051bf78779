"""Named, frozen versions of a data set: an export whose files are kept, so that it can be compared and made again.

A version lies in the data folder. It has the files of the export without its pictures, which are written anew from the
videos, and a manifest with the frames of these pictures and a hash of their bytes. Later edits do not change it.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import BadInput, CannotStore
from app.exchange.export_choice import ExportChoice
from app.exchange.export_frames import write_pictures
from app.exchange.export_parts import ANNOTATIONS, ExportPart
from app.library.videos import safe_name
from app.own_files import is_plain_name
from app.progress import Report, quiet
from app.sentences import one_line
from app.settings import Settings
from storage import videos
from storage.atomic import new_folder, write_text
from storage.database import Database
from storage.errors import NotFound, StorageError
from storage.youtube_vis import FRAMES_FOLDER

MANIFEST = "manifest.json"
FILES = "files"
LONGEST_NAME = 80
LONGEST_ID = 64


@dataclass(frozen=True)
class FrozenVideo:
    """The pictures of one video of a version: their frames, their names, and a hash of the bytes of all.

    ``part`` is the folder of the export, ``id`` the id in the file, ``video_id`` that in the project.
    """

    part: str
    id: int
    video_id: str
    name: str
    frames: tuple[int, ...]
    names: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class Version:
    """A frozen version. ``files`` maps each file without a picture to its SHA-256, ``track_ids`` ids of the file to the
    ids of the project's tracks.
    """

    name: str
    project: str
    edit: int
    numbers: Mapping[str, int]
    choices: Mapping[str, Any]
    files: Mapping[str, str]
    track_ids: Mapping[str, str]
    videos: tuple[FrozenVideo, ...]
    folder: Path

    def as_json(self) -> dict[str, Any]:
        """The version without its long lists."""
        facts = {"name": self.name, "project": self.project, "edit": self.edit}
        return {**facts, "numbers": dict(self.numbers), "choices": dict(self.choices), "files": dict(self.files)}

    def as_result(self, out: Path) -> dict[str, Any]:
        """What a job stores that wrote the version again into a folder."""
        annotations = next(place for place in sorted(self.files) if Path(place).name == ANNOTATIONS)
        numbers = {key: self.numbers[key] for key in ("videos", "tracks", "masks")}
        return {"out": str(out), "annotations": str(out / annotations), "again": self.name, **numbers}


def checked_name(settings: Settings, project_id: str, name: str, choice: ExportChoice) -> str:
    """The name for a new version of an export.

    Raises `BadInput` if it is empty, too long, or taken, or if the export has no pictures to compare later.
    """
    if choice.pictures == "none":
        raise BadInput("A version is kept with its pictures; export them too.")
    plain = one_line(name)
    if not plain or len(plain) > LONGEST_NAME:
        raise BadInput(f"A version needs a name of 1 to {LONGEST_NAME} letters.")
    if _folder(settings, project_id, plain).exists():
        raise BadInput(f"There is a version {plain!r} already; versions are frozen, so choose another name.")
    return plain


def freeze(settings: Settings, project_id: str, name: str, parts: Sequence[ExportPart], out: Path) -> None:
    """Keep an export that is written in ``out``, with its pictures, as a version. Raises `BadInput`, OSError."""
    plan = parts[0].plan
    name = checked_name(settings, project_id, name, plan.choice)
    listed = [_frozen(part, out) for part in parts]
    with new_folder(_folder(settings, project_id, name)) as folder:
        files = {}
        for path in sorted(out.rglob("*.json")):
            place = path.relative_to(out)
            if FRAMES_FOLDER not in place.parts:
                (folder / FILES / place.parent).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / FILES / place)
                files[place.as_posix()] = _sha256(path)
        numbers = plan.numbers
        written = {
            "name": name,
            "project": plan.head.project,
            "edit": plan.head.edit,
            "numbers": {key: getattr(numbers, key) for key in ("videos", "frames", "tracks", "masks")},
            "choices": plan.choice.as_json(),
            "files": files,
            "track_ids": {str(number): own for own, number in parts[0].content.track_ids.items()},
            "videos": [asdict(one) for videos_of in listed for one in videos_of],
        }
        write_text(folder / MANIFEST, [json.dumps(written, ensure_ascii=False, separators=(",", ":")), "\n"])


def discard(settings: Settings, project_id: str, name: str) -> None:
    """Remove the version of an export that came to nothing; that there is none is no error."""
    shutil.rmtree(_folder(settings, project_id, one_line(name)), ignore_errors=True)


def list_versions(settings: Settings, project_id: str) -> tuple[Version, ...]:
    """The versions of a project, by the number of their last edit and by name.

    Raises `storage.errors.NotFound` for what cannot be the id of a project.
    """
    place = _place(settings, project_id)
    folders = sorted(path.parent for path in place.glob(f"*/{MANIFEST}")) if place.is_dir() else []
    return tuple(sorted((_read(folder) for folder in folders), key=lambda version: (version.edit, version.name)))


def find_version(settings: Settings, project_id: str, name: str) -> Version:
    """The version of a project with this name. Raises `BadInput` with the names of all."""
    known = list_versions(settings, project_id)
    found = next((one for one in known if one.name == one_line(name)), None)
    if found is None:
        names = ", ".join(one.name for one in known) or "none yet"
        raise BadInput(f"There is no version {name!r} of this project; there is {names}.")
    return found


def remove_version(settings: Settings, project_id: str, name: str) -> None:
    """Remove a version. Raises `BadInput`."""
    shutil.rmtree(find_version(settings, project_id, name).folder)


def make_version(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    name: str,
    out: Path,
    report: Report = quiet,
    check: Callable[[], None] = lambda: None,
    ready: Callable[[Version], None] = lambda _: None,
) -> Version:
    """Write a version again into the new folder ``out``, equal to the byte, whole or not at all.

    ``check`` is called after each picture; an error that it raises ends the work. ``ready`` is called before the folder
    gets its name. Raises `BadInput` (also if a file of
    the version or the pictures are not what they were), `storage.frames.VideoError`, `CannotStore`.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is already there; choose a new folder for the version.")
    version = find_version(settings, project_id, name)
    try:
        with new_folder(out) as folder:
            for place, digest in version.files.items():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(version.folder / FILES / place, folder / place)
                if _sha256(folder / place) != digest:
                    raise BadInput(f"{version.folder / FILES / place} was changed since the version was frozen.")
            _make_pictures(database, version, folder, report, check)
            ready(version)
    except OSError as error:
        raise CannotStore(f"The version {name} could not be written to {out}", error) from error
    return version


def _make_pictures(
    database: Database, version: Version, folder: Path, report: Report, check: Callable[[], None]
) -> None:
    for position, frozen in enumerate(version.videos):
        try:
            with database.read() as tx:
                video = videos.get_video(tx, frozen.video_id)
        except StorageError as error:
            raise BadInput(f"The video {frozen.name} of the version is not in the database any more.") from error

        def progress(done: int, total: int, position: int = position, name: str = frozen.name) -> None:
            check()
            share = (position + done / max(total, 1)) / len(version.videos)
            report(share, f"Writing frame {done} of {total} of {name}")

        place = folder / frozen.part / FRAMES_FOLDER
        write_pictures(video, frozen.frames, frozen.names, place, progress)
        if _pictures_sha256(place, frozen.names) != frozen.sha256:
            raise BadInput(f"The pictures of {frozen.name} are not those of the version, byte for byte.")


def _frozen(part: ExportPart, out: Path) -> Iterator[FrozenVideo]:
    ids = part.content.video_ids
    for found in part.pictures():
        video = found.video
        digest = _pictures_sha256(out / part.name / FRAMES_FOLDER, found.names)
        yield FrozenVideo(part.name, ids[video.id], video.id, video.name, found.frames, found.names, digest)


def _pictures_sha256(place: Path, names: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in names:
        digest.update(hashlib.sha256((place / name).read_bytes()).digest())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(settings: Settings, project_id: str, name: str) -> Path:
    # Names that differ only in letters that no file has must not share a folder.
    short = hashlib.sha256(name.encode()).hexdigest()[:8]
    return _place(settings, project_id) / f"{safe_name(name)}-{short}"


def _place(settings: Settings, project_id: str) -> Path:
    """The folder of a project's versions: below ours, whatever is given as an id. Raises `NotFound`."""
    if not is_plain_name(project_id) or len(project_id.encode("utf-8", "replace")) > LONGEST_ID:
        raise NotFound("project", project_id)
    return settings.data / "versions" / project_id


def _read(folder: Path) -> Version:
    values = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    listed = [
        FrozenVideo(**{**one, "frames": tuple(one["frames"]), "names": tuple(one["names"])})
        for one in values.pop("videos")
    ]
    return Version(**values, videos=tuple(listed), folder=folder)
