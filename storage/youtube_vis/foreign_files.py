"""Recognises files of other formats that are given as YouTube-VIS, by their first bytes or by their keys."""

from typing import Any

# (first bytes, kind of file, advice).
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip file", "unpack it first"),
    (b"PK\x03\x04", "a zip archive", "unpack it first"),
    (b"PK\x05\x06", "an empty zip archive", "give the JSON file"),
    (b"BZh", "a bzip2 file", "unpack it first"),
    (b"\xfd7zXZ\x00", "an xz file", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it first"),
    (b"\x89PNG\r\n", "a PNG picture", "give the JSON file"),
    (b"\xff\xd8\xff", "a JPEG picture", "give the JSON file"),
    (b"GIF8", "a GIF picture", "give the JSON file"),
    (b"RIFF", "a RIFF file (AVI, WebP or WAV)", "give the JSON file"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video", "give the JSON file"),
    (b"%PDF", "a PDF document", "give the JSON file"),
    (b"\x89HDF", "an HDF5 file", "give the JSON file"),
    (b"\x93NUMPY", "a file of numpy", "give the JSON file"),
    (b"SQLite format 3\x00", "a SQLite database", "give the JSON file"),
)
_PICKLES = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
_TAR_MAGIC = slice(257, 262)
_MP4_MAGIC = slice(4, 8)
XML = "this is XML, not JSON text; convert it first"
_HTML = ("<!doctype html", "<html", "<head", "<body", "<script", "<!--")


def binary_kind(data: bytes) -> str | None:
    """The kind of a binary file by its first bytes, with advice; None if it could be a text."""
    for signature, kind, advice in _SIGNATURES:
        if data.startswith(signature):
            return f"this is {kind}, not JSON text; {advice}"
    if data.startswith(_PICKLES):
        return "this is a pickle of Python or PyTorch, not JSON text; give the JSON file"
    if data[_TAR_MAGIC] == b"ustar":
        return "this is a tar archive, not JSON text; unpack it first"
    if data[_MP4_MAGIC] == b"ftyp":
        return "this is an MP4 or MOV video, not JSON text; give the JSON file"
    return None


def text_kind(text: str) -> str | None:
    """The kind of a text that is not JSON, with advice; None if unknown."""
    start = text[:200].lstrip().lower()
    if not start:
        return "this is not JSON text (the file is empty)"
    if start.startswith(_HTML):
        return "this is a web page (HTML), not JSON text; a download may have saved the page instead of the file"
    if start.startswith("<"):
        return XML
    if start.startswith("version https://git-lfs"):
        return "this is a Git LFS pointer, not the file itself; fetch it with `git lfs pull`"
    if "/annex/objects/" in start:
        return "this is a git-annex pointer, not the file itself; fetch it with `git annex get`"
    return None


def dataset_kind(top: Any) -> str | None:
    """The other format of a JSON content, with advice; None for an object with `videos`, as in YouTube-VIS."""
    if isinstance(top, list):
        return "this is a list, as a results file is; a YouTube-VIS dataset is an object with `videos`"
    if not isinstance(top, dict):
        return "this is not a YouTube-VIS dataset, which is an object with `videos` and `categories`"
    if "images" in top:
        kind = "CocoVID" if "videos" in top else "COCO for single images"
        return f"this is {kind} (it lists `images`), not YouTube-VIS; convert it first (`convert`)"
    if "masklet" in top:
        return "this is an SA-V file (it has `masklet`), not YouTube-VIS; convert it first (`convert`)"
    if isinstance(top.get("videos"), dict):
        return _videos_by_name(top["videos"])
    if "videos" not in top:
        return "this is not YouTube-VIS: it has no `videos`"
    return None


def _videos_by_name(videos: dict[str, Any]) -> str:
    some = next(iter(videos.values()), None)
    if isinstance(some, dict) and "expressions" in some:
        kind = "a meta_expressions.json of Ref-YouTube-VOS or MeViS"
    elif isinstance(some, dict) and "objects" in some:
        kind = "a meta.json of YouTube-VOS (its masks are PNG files in Annotations beside it)"
    else:
        return "this is not YouTube-VIS: its `videos` are an object by name, as in YouTube-VOS; they must be a list"
    return f"this is {kind}, not YouTube-VIS; its `videos` are an object by name; convert it first"
