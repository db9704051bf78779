"""The frames of a video that an export writes, the names of their pictures, and the gaps between them."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.exchange.extras import ANNOTATED_FROM
from app.library.counting import frame_index
from app.library.videos import safe_name
from storage import frames
from storage.videos import Video


def exported_frames(video: Video, stride: int | None) -> range:
    """The frames of ``video`` that an export at ``stride`` (default: that of its import) writes.

    At the stride of its import, or a multiple of it, an imported video is exported from its first annotated frame to
    its last. Every other export starts at frame 0.
    """
    step = stride or video.stride
    if video.import_id is not None and step % video.stride == 0:
        first = int((video.extra or {}).get(ANNOTATED_FROM, 0))
        last = first + (len(video.file_names or ()) - 1) * video.stride
        return range(first, min(last + 1, video.count), step)
    return range(0, video.count, step)


@dataclass(frozen=True)
class PictureNames:
    """Names of pictures, relative to the folder of all pictures; ``changed``: why not as in the import."""

    names: tuple[str, ...]
    changed: str | None = None


def picture_names(
    video: Video, chosen: Sequence[int], taken: set[str], *, flat: bool = False, exact: bool = False
) -> PictureNames:
    """The names of the import if the video had a folder of its own there, else names by frame number.

    A suffix that the bytes of the picture do not fit is changed. taken: folders of other videos; the folder of this
    video is added to it. flat: names are ``<video>/<file>``; folders above are left out. exact: frames of a video file
    become PNG. Raises `VideoError`.
    """
    own = _imported_names(video) if video.import_id is not None else {}
    obstacle = _obstacle(own, chosen, taken)
    if obstacle is None:
        kept = _flat_names(video, own, chosen, taken) if flat else tuple(own[frame] for frame in chosen)
        taken.add(PurePosixPath(kept[0]).parent.as_posix())
        reason = "folders above that of the video are left out"
    else:
        kept, reason = _numbered_names(video, chosen, taken), obstacle
    names = _fitting_names(video, chosen, kept, exact=exact)
    if obstacle is None and names != kept:
        reason = "the suffix is that of the pictures' bytes"
    first = own.get(chosen[0], next(iter(own.values()), None))
    if first is None or names == tuple(own.get(frame) for frame in chosen):
        return PictureNames(names)
    return PictureNames(names, f"its pictures leave as {names[0]} and so on, not as {first}: {reason}.")


def _flat_names(video: Video, own: Mapping[int, str], chosen: Sequence[int], taken: set[str]) -> tuple[str, ...]:
    folder = PurePosixPath(own[chosen[0]]).parent.name
    if folder in taken:
        folder = _free_folder(video, taken)
    return tuple(f"{folder}/{PurePosixPath(own[frame]).name}" for frame in chosen)


def _fitting_names(video: Video, chosen: Sequence[int], names: Sequence[str], *, exact: bool) -> tuple[str, ...]:
    """The names, with other suffixes where the pictures have, or get, other bytes than their names say."""
    if video.kind != "images" and not exact:
        return tuple(names)
    if video.kind != "images":
        return tuple(PurePosixPath(name).with_suffix(".png").as_posix() for name in names)
    index = frame_index(video)
    found = []
    for frame, name in zip(chosen, names, strict=True):
        path = PurePosixPath(name)
        found.append(path.with_suffix(frames.fitting_suffix(index.path / index.names[frame], path.suffix)).as_posix())
    # Two pictures of one name but for the suffix would become one file.
    return tuple(found) if len(set(found)) == len(found) else tuple(names)


def _obstacle(own: Mapping[int, str], chosen: Sequence[int], taken: set[str]) -> str | None:
    """The reason why the names of the import cannot be kept, or None."""
    folders = {PurePosixPath(name).parent.as_posix() for name in own.values()}
    if not own or any(frame not in own for frame in chosen):
        return "the import does not name every frame"
    if len(folders) > 1:
        return "the import has them in several folders"
    [folder] = folders
    if folder == ".":
        return "the import has them in no folder of their own"
    if any(folder == other or _is_inside(folder, other) or _is_inside(other, folder) for other in taken):
        return "another video has that folder"
    return "such names are no plain file names" if any("\\" in name for name in own.values()) else None


def _is_inside(folder: str, other: str) -> bool:
    return folder.startswith(f"{other}/")


def _free_folder(video: Video, taken: set[str]) -> str:
    """A folder that no other video has, with the name of the video."""
    folder, number = safe_name(video.name), 2
    while any(folder == other or _is_inside(other, folder) for other in taken):
        folder, number = f"{safe_name(video.name)}_{number}", number + 1
    return folder


def _numbered_names(video: Video, chosen: Sequence[int], taken: set[str]) -> tuple[str, ...]:
    folder, digits = _free_folder(video, taken), max(5, len(str(video.count - 1)))  # so that names sort by frame
    taken.add(folder)
    if video.kind == "images":
        suffixes = [PurePosixPath(name).suffix.lower() for name in frame_index(video).names]
        return tuple(f"{folder}/{frame:0{digits}d}{suffixes[frame]}" for frame in chosen)
    return tuple(f"{folder}/{frame:0{digits}d}.jpg" for frame in chosen)


def write_pictures(
    video: Video, chosen: Sequence[int], names: Sequence[str], place: Path, progress: Callable[[int, int], None]
) -> None:
    """Write the frames ``chosen`` of ``video`` as ``names`` into the folder ``place``. Raises `VideoError`."""
    index = frame_index(video)
    frames.verify(index)
    frames.write_frames_folder(
        index,
        place / PurePosixPath(names[0]).parent,
        names=[PurePosixPath(name).name for name in names],
        chosen=chosen,
        progress=progress,
    )


def gap_sentences(video: Video) -> tuple[str, ...]:
    """One sentence for each gap and each damaged part of the video, and one if its frames are not all counted."""
    index = frame_index(video)
    found = [f"{video.name}: {_where(gap.after, video.count)} {gap.reason}." for gap in index.gaps]
    found += [
        f"{video.name}: frames {damage.start} to {damage.stop - 1} are damaged in part." for damage in index.damage
    ]
    if video.confirmed < video.count:
        found.append(f"{video.name}: only {video.confirmed} of about {video.count} frames are counted so far.")
    return tuple(found)


def _where(after: int, count: int) -> str:
    if after < 0:
        return "before frame 0,"
    return f"after the last frame, {after}," if after >= count - 1 else f"between frames {after} and {after + 1},"


def _imported_names(video: Video) -> dict[int, str]:
    """Name of the picture of each frame that the imported file names."""
    first = int((video.extra or {}).get(ANNOTATED_FROM, 0))
    return dict(zip(itertools.count(first, video.stride), video.file_names or (), strict=False))
