"""Folders with a folder of pictures for each video, and the pictures beside folders of masks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.frames import picture_names
from storage.frames.image_folder import natural_order
from storage.regular_files import may_be_read

BESIDE = ("JPEGImages", "images", "img1", "image_02", "JPEGImages_24fps")
"""Names of folders of pictures beside annotations; in MOTSChallenge `img1`, in KITTI `image_02`."""


def folders_below(place: Path) -> list[Path]:
    """The visible folders directly in a folder, in natural order."""
    if not place.is_dir():
        return []
    found = [one for one in place.iterdir() if one.is_dir() and not one.name.startswith((".", "__MACOSX"))]
    return sorted(found, key=lambda one: natural_order(one.name))


def pngs(place: Path) -> tuple[str, ...]:
    """Names of the PNG files directly in a folder, in natural order."""
    found = (name for name in picture_names(place) if name.lower().endswith(".png"))
    return tuple(name for name in found if may_be_read(place / name))


@dataclass(frozen=True)
class MaskFolders:
    """A folder ``masks`` with a folder of PNG for each video, in order, and the folder of the pictures if there is one.

    A folder that is a video itself is its own ``masks``, with the video "".
    """

    masks: Path
    videos: tuple[str, ...]
    pictures: Path | None

    def frames(self, video: str, stems: Sequence[str]) -> tuple[str, ...]:
        """The pictures of a video, all of them in order; without pictures, names after the ``stems`` of its masks."""
        for place in self._beside(video):
            names = picture_names(place)
            if names and set(stems) <= {Path(name).stem for name in names}:
                return tuple(f"{video}/{name}" if video else name for name in names)
        return tuple(f"{video}/{stem}.jpg" if video else f"{stem}.jpg" for stem in stems)

    def _beside(self, video: str) -> Iterator[Path]:
        if self.pictures is not None and (self.pictures / video).is_dir():
            yield self.pictures / video


def pictures_beside(masks: Path, root: Path) -> Path | None:
    """The folder with the pictures of the masks in ``masks``: its counterpart below ``root``, or beside it."""
    inner = masks.relative_to(root).parts[1:] if masks.is_relative_to(root) else ()
    bases = [root] if masks != root else []
    for base in (*bases, masks.parent, masks.parent.parent):
        for name in BESIDE:
            for place in (base.joinpath(name, *inner), base / name):
                if place.is_dir() and place != masks:
                    return place
    return None
