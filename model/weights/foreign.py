"""Files that are given for weights and are none, or are those of another network: what to call them."""

import mmap
import re
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path

_START = 512  # bytes that tell a page or a pointer from weights
_DAMAGED_ZIP = (zipfile.BadZipFile, struct.error, NotImplementedError, ValueError, EOFError)
_MASK2FORMER = b"sem_seg_head.pixel_decoder."
# How keys begin that only checkpoints of one family of networks have.
_NETWORKS = (
    (
        "Mask2Former (or MinVIS, VITA, DVIS, which are built on it)",
        r"(module\.)?sem_seg_head\.|model\.(pixel_level|transformer)_module\.",
    ),
    ("MaskTrack R-CNN or CrossVIS", r"(module\.)?(bbox_head|roi_head)\.track_head\.|(module\.)?track_head\."),
    ("VisTR, SeqFormer or another DETR", r"(module\.)?(detr\.)?(transformer\.(en|de)coder|class_embed|bbox_embed)\."),
    ("Segment Anything", r"(image_encoder|mask_decoder|prompt_encoder|sam_mask_decoder)\."),
)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive, also one that is damaged at its end. Raises OSError."""
    try:
        return zipfile.is_zipfile(path)
    except _DAMAGED_ZIP:
        # It raises for some ends of archives, such as one that claims to span several disks.
        return True


def other_file(path: Path) -> str | None:
    """What a file is that holds no weights of PyTorch or safetensors, with advice; None where it is not known."""
    with path.open("rb") as file:
        start = file.read(_START)
    if not start:
        return "the file is empty: it was never written, or it is cut off"
    text = start.lstrip().lower()
    if text.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, not the weights themselves; fetch them with `git lfs pull`"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml", b"<!--")):
        return "it is a web page (HTML), as a download saves where it was refused; fetch the file itself"
    if text.startswith((b"{", b"[")) and b"\0" not in start:
        return "it is JSON text; give the file of the weights"
    if start.startswith(b"\x1f\x8b"):
        return "it is a gzip file; unpack it first"
    if is_archive(path) and not _is_pytorch(path):
        return "it is a zip archive; unpack it first"
    if start.startswith(b"\x80") and _holds(path, _MASK2FORMER):
        return f"it is a pickle of detectron2 with a checkpoint of {_NETWORKS[0][0]}, not of TeViT"
    return None


def other_network(keys: Iterable[str]) -> str | None:
    """The family of networks that these keys of weights belong to, where it is known and is not TeViT."""
    listed = list(keys)
    for name, pattern in _NETWORKS:
        if any(re.match(pattern, key) for key in listed):
            return name
    return None


def _is_pytorch(path: Path) -> bool:
    """Whether a zip archive may be one of torch.save, which keeps its values in `data.pkl`; true for a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.rpartition("/")[2] == "data.pkl" for name in archive.namelist())
    except _DAMAGED_ZIP:
        return True


def _holds(path: Path, word: bytes) -> bool:
    """Whether a file holds these bytes anywhere; it is not read into memory."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(word) >= 0
