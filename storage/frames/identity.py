"""Checks that a source is unchanged since it was counted, and whether another file is the same video."""

import hashlib
import stat
from pathlib import Path

from storage.frames.frame_index import FrameIndex, NotAVideo, SourceChanged, missing
from storage.regular_files import is_regular

# Bytes read from each end of a video file, and of each picture of a folder, for the content hash.
VIDEO_HASH_SPAN = 1 << 20
PICTURE_HASH_SPAN = 4096
# Containers round times (Matroska to milliseconds); two frames are never this close.
SAME_MOMENT_SECONDS = 0.002


def file_identity(path: Path) -> tuple[int, str]:
    """(length in bytes, content hash) of a video file; raises SourceMissing, NotAVideo."""
    digest = hashlib.sha256()
    try:
        known = path.stat()
        if not stat.S_ISREG(known.st_mode):
            # Reading a pipe could block forever.
            raise NotAVideo(f"{path} is neither a file nor a folder; give a video file or a folder of pictures")
        size = known.st_size
        _digest_ends(digest, path, size=size, span=VIDEO_HASH_SPAN)
    except OSError as error:
        raise missing(path, error) from error
    return size, digest.hexdigest()


def pictures_identity(folder: Path, names: tuple[str, ...]) -> tuple[int, str]:
    """(length of all pictures in bytes, content hash) of the pictures `names` of a folder.

    Raises SourceMissing, SourceChanged.
    """
    digest = hashlib.sha256()
    total = 0
    for name in names:
        path = folder / name
        try:
            if not is_regular(path):
                raise SourceChanged(
                    f"{path} is no file any more but a folder, pipe, socket or device; put the file back"
                )
            size = path.stat().st_size
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
            _digest_ends(digest, path, size=size, span=PICTURE_HASH_SPAN)
        except OSError as error:
            raise missing(path, error) from error
        total += size
    return total, digest.hexdigest()


def copies_key(index: FrameIndex) -> str:
    """A key that two sources with the same bytes share, whatever their pictures and folders are called.

    Raises SourceMissing.
    """
    if index.kind != "images":
        return index.content_hash
    digest = hashlib.sha256()
    for name in index.names:
        path = index.path / name
        try:
            _digest_ends(digest, path, size=path.stat().st_size, span=PICTURE_HASH_SPAN)
        except OSError as error:
            raise missing(path, error) from error
    return digest.hexdigest()


def _digest_ends(digest: "hashlib._Hash", path: Path, *, size: int, span: int) -> None:
    digest.update(size.to_bytes(8, "big"))
    with path.open("rb") as file:
        digest.update(file.read(span))
        if size > span:
            file.seek(max(span, size - span))
            digest.update(file.read(span))


def verify(index: FrameIndex) -> None:
    """Check that the source of `index` exists and has the same bytes; raises SourceMissing or SourceChanged."""
    if index.kind == "images":
        size, content_hash = pictures_identity(index.path, index.names)
    else:
        size, content_hash = file_identity(index.path)
    if (size, content_hash) != (index.size_bytes, index.content_hash):
        raise SourceChanged(
            f"{index.path} is not the video it was when its frames were counted ({index.size_bytes} bytes then, {size} "
            "now); put the old file back, or add the new one as another video"
        )


def difference(old: FrameIndex, new: FrameIndex, *, pixels: bool = True) -> str | None:
    """The difference between two videos as one phrase about `new`; None if they are the same video.

    Videos with equal bytes are the same. With other bytes, as after a change of container or metadata, they are the
    same if size, number and times of the frames agree, and the CRC of each key frame that both indexes have; at least
    one is needed.
    pixels: False skips the comparison of pixels, and of the bytes of pictures in a folder.
    """
    if old.kind != new.kind:
        return "it is a folder of pictures" if new.kind == "images" else "it is a video file, not a folder of pictures"
    if (old.size_bytes, old.content_hash) == (new.size_bytes, new.content_hash):
        return None
    if (old.width, old.height) != (new.width, new.height):
        return f"its frames are {new.width} x {new.height} instead of {old.width} x {old.height}"
    if old.count != new.count:
        return f"it has {new.count} frames instead of {old.count}"
    if old.names != new.names:
        at = next(k for k, pair in enumerate(zip(old.names, new.names, strict=True)) if pair[0] != pair[1])
        return f"its picture {at} is called {new.names[at]} instead of {old.names[at]}"
    if old.kind == "images":
        return "its pictures have the same names and size, but other bytes" if pixels else None
    return _other_moment(old, new) or (_other_pixels(old, new) if pixels else None)


def _other_moment(old: FrameIndex, new: FrameIndex) -> str | None:
    for k in range(old.count):
        before, after = old.seconds(k), new.seconds(k)
        if abs(before - after) > SAME_MOMENT_SECONDS:
            return f"its frame {k} comes at {after:.3f} s instead of {before:.3f} s"
    return None


def _other_pixels(old: FrameIndex, new: FrameIndex) -> str | None:
    # An index that is not confirmed has CRCs for its first key frames only, or none.
    before, after = (dict(zip(one.keyframes, one.keyframe_sums, strict=False)) for one in (old, new))
    common = sorted(before.keys() & after.keys())
    if not common:
        return "none of its frames can be compared, so it may be a file that shows another picture"
    other = (k for k in common if before[k] != after[k] or old.rotation != new.rotation)
    at = next(other, None)
    return None if at is None else f"its frame {at} shows another picture"
