"""Finding the pictures that a file names on this machine, tolerating small differences of their names."""

import contextlib
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from storage.frames import FrameIndex, VideoError
from storage.frames.image_folder import PICTURE_SUFFIXES
from storage.text import is_text
from storage.words import counted
from storage.youtube_vis.dataset import FRAMES_FOLDER, VisVideo
from storage.youtube_vis.notes import VisNote

OTHER_PLACE = "pictures in another folder"
WRITTEN_NAMES = "picture names read in another form"
OTHER_NAMES = "picture names that differ"
_FILE_URL, _THIS_MACHINE = "file://", "localhost"


class PicturesNotFound(VideoError):
    """The pictures of a video were not found, or their names lead out of the folder."""


class SeveralPictures(PicturesNotFound):
    """More than one place, or more than one picture, fits a name in the file."""


class OtherFrames(VideoError):
    """The frames of a video are not as many, or not as large, as the file says."""


@dataclass(frozen=True)
class VideoPictures:
    """The pictures of one video: `files` are their names on the disk relative to `place`, in the order of the video.

    names: the names in the file, but relative to `place`, with slashes, and with the suffix of the picture on the disk.
    notes: one for each difference from the file.
    """

    place: Path
    files: tuple[str, ...]
    names: tuple[str, ...]
    notes: tuple[VisNote, ...] = ()


def require_frames(video: VisVideo, found: FrameIndex) -> None:
    """Raise OtherFrames unless the frames that were found are as many and as large as the file says."""
    if (found.width, found.height, found.count) != (video.width, video.height, video.length):
        raise OtherFrames(
            f"The file says {counted(video.length, 'frame')} of {video.width} x {video.height}, but there are "
            f"{found.count} of {found.width} x {found.height}."
        )


class PictureFinder:
    """Finds the pictures of many videos below one folder; each folder is listed only once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve() if ".." in folder.parts else folder.absolute()
        self._inside: dict[Path, dict[str, list[str]]] = {}
        # In order of preference: the folder itself, its JPEGImages, and the JPEGImages of its subfolders.
        self._near = (self.folder, self.folder / FRAMES_FOLDER)
        self._below = tuple(sorted(place for place in self.folder.glob(f"*/{FRAMES_FOLDER}") if place.is_dir()))

    def find(self, video: VisVideo) -> VideoPictures:
        """The pictures of `video`; raises PicturesNotFound if the first one is missing, or is in several places.

        The other pictures are not checked here; a missing one raises an error when it is read.
        """
        names = self.plain_names(video)
        place = self._place(names[0])
        files = tuple(self._file(place, name) or name for name in names)
        strange = next((file for file in files if not is_text(file)), None)
        if strange is not None:
            raise PicturesNotFound(
                f"its picture is {os.fsencode(strange)!r} on the disk, a name that is not UTF-8; rename it."
            )
        kept = tuple(_with_suffix_of(name, file) for name, file in zip(names, files, strict=True))
        return VideoPictures(place, files, kept, tuple(self._notes(video, place, names, files)))

    def places(self, name: str) -> tuple[Path, ...]:
        """The folders in which a picture of this name may be, in order of preference."""
        parts, above = PurePosixPath(name).parts, self.folder.parts
        # A name that repeats the end of the folder's path is relative to a folder above.
        repeated = [k for k in range(len(parts) - 1, 1, -1) if above[-k:] == parts[:k]]
        return (*self._near, *self._below, *(self.folder.parents[k - 1] for k in repeated), self.folder.parent)

    def plain_names(self, video: VisVideo) -> tuple[str, ...]:
        """The names of the pictures relative to the folder, with slashes; raises PicturesNotFound."""
        if not video.file_names:
            raise PicturesNotFound("the file does not name its pictures.")
        return tuple(self._plain(name) for name in video.file_names)

    def _plain(self, name: str) -> str:
        plain = _without_address(name)
        if "\\" in plain and not any((place / plain).is_file() for place in self._near):
            plain = plain.replace("\\", "/")
        path = PurePosixPath(plain)
        if path.is_absolute():
            roots = (self.folder, self.folder.resolve())
            inside = next((root for root in roots if path.is_relative_to(root)), None)
            path = path.relative_to(inside) if inside else path
        if path.is_absolute() or ".." in path.parts:
            raise PicturesNotFound(f"its picture {name} lies outside the folder of frames.")
        if not path.parts:
            raise PicturesNotFound(f"its picture '{name}' is no file, but the folder of frames itself.")
        return path.as_posix()

    def _place(self, name: str) -> Path:
        places = self.places(name)
        for fits in (self._is_there, self._is_nearly_there):
            found = [place for place in places if fits(place, name)]
            several = [place for place in found if place in self._below]
            if found and found[0] in self._below and len(several) > 1:
                listed = " and ".join(f"'{place}'" for place in several)
                raise SeveralPictures(f"its picture {name} is in {listed}; give one of them as the folder of frames.")
            if found:
                return found[0]
        raise PicturesNotFound(
            f"its picture '{name}' is not under '{self.folder}', nor in {FRAMES_FOLDER} or */{FRAMES_FOLDER} there, "
            "nor in the folder above."
        )

    def _is_there(self, place: Path, name: str) -> bool:
        return (place / name).is_file()

    def _is_nearly_there(self, place: Path, name: str) -> bool:
        return self._file(place, name) is not None

    def _file(self, place: Path, name: str) -> str | None:
        """The name on the disk of the picture `name` in `place`, or None.

        It may differ in case, in the Unicode form of accents, and in the suffix (another kind of picture).
        """
        if (place / name).is_file():
            return name
        *folders, last = PurePosixPath(name).parts
        inside = [place]
        for folder in folders:
            inside = [at / one for at in inside for one in self._alike(at, folder)]
        found = [at / one for at in inside for one in self._alike(at, last)]
        found = found or [at / one for at in inside for one in self._of_other_kind(at, last)]
        shown = [one.relative_to(place).as_posix() for one in found]
        if len(found) > 1:
            listed = " and ".join(shown)
            raise SeveralPictures(f"its picture '{name}' may be {listed} in '{place}'; only one of them can be it.")
        return shown[0] if found else None

    def _alike(self, folder: Path, name: str) -> list[str]:
        """`name` if it is in `folder`, else the names there that differ in case or in the form of accents."""
        found = self._listed(folder).get(_key(name), [])
        return [name] if name in found else found

    def _of_other_kind(self, folder: Path, name: str) -> list[str]:
        """Names of pictures in `folder` that differ from `name` in the suffix."""
        stem = PurePosixPath(name).stem
        listed = self._listed(folder)
        return [found for suffix in sorted(PICTURE_SUFFIXES) for found in listed.get(_key(stem + suffix), [])]

    def _listed(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._inside:
            named: dict[str, list[str]] = {}
            with contextlib.suppress(NotADirectoryError, FileNotFoundError), os.scandir(folder) as entries:
                for name in sorted(entry.name for entry in entries):
                    named.setdefault(_key(name), []).append(name)
            self._inside[folder] = named
        return self._inside[folder]

    def _notes(self, video: VisVideo, place: Path, names: Sequence[str], files: Sequence[str]) -> list[VisNote]:
        where = f"video {video.id}"
        notes = []
        if place not in self._near:
            notes.append(VisNote(OTHER_PLACE, where, f"its pictures are taken from '{place}'."))
        written = [k for k, name in enumerate(names) if name != PurePosixPath(video.file_names[k]).as_posix()]
        if written:
            first = written[0]
            notes.append(
                VisNote(WRITTEN_NAMES, where, f"its picture {video.file_names[first]} is taken for {names[first]}.")
            )
        differs = [k for k, (name, file) in enumerate(zip(names, files, strict=True)) if name != file]
        if differs:
            first = differs[0]
            rest = f", and {len(differs) - 1} more" if len(differs) > 1 else ""
            text = f"its picture {names[first]} is {files[first]} on the disk{rest}."
            notes.append(VisNote(OTHER_NAMES, where, text))
        return notes


def _without_address(name: str) -> str:
    """The path in an address such as file:///a%20b.jpg or file://localhost/a.jpg; any other name as it is."""
    if not name.lower().startswith(_FILE_URL):
        return name
    plain = unquote(name[len(_FILE_URL) :])
    return plain[len(_THIS_MACHINE) :] if plain.lower().startswith(f"{_THIS_MACHINE}/") else plain


def _key(name: str) -> str:
    """What names are compared by; bytes that are not UTF-8 are taken for Latin-1, as old archives have it."""
    plain = name if is_text(name) else os.fsencode(name).decode("latin-1")
    return unicodedata.normalize("NFC", plain).casefold()


def _with_suffix_of(name: str, file: str) -> str:
    """`name`, with the suffix of `file` if that is another kind of picture."""
    path, suffix = PurePosixPath(name), PurePosixPath(file).suffix
    return name if path.suffix.lower() == suffix.lower() else path.with_suffix(suffix).as_posix()
