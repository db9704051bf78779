"""What each known loader of YouTube-VIS does with a file: whether it reads it, at which element it fails, and whether
it trains. One file has the rules of one loader; each rule is a behaviour of that loader's code.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from storage.certificate import detectron2, labelformat, mmtracking, tevit, trackeval, vistr, ytvos
from storage.certificate.findings import Certificate, Finding, Level, LoaderReport, grouped
from storage.certificate.mending import Mended, mend
from storage.certificate.raw_file import RawFile

__all__ = ["LOADERS", "Certificate", "Finding", "Level", "Loader", "LoaderReport", "Mended", "certify", "mend"]


@dataclass(frozen=True)
class Loader:
    """One known loader. ``trainer``: it trains, and does not only evaluate or convert."""

    name: str
    title: str
    trainer: bool
    rules: Callable[[RawFile], Iterator[Finding]]


LOADERS = (
    Loader("tevit", "TeViT, CMaskTrack R-CNN", True, tevit.rules),
    Loader("ytvos", "ytvos and ytvoseval (official)", False, ytvos.rules),
    Loader("trackeval", "TrackEval", False, trackeval.rules),
    Loader("detectron2", "detectron2: MinVIS, Mask2Former, VITA, GenVIS, DVIS", True, detectron2.rules),
    Loader("mmtracking", "mmtracking, mmdet", True, mmtracking.rules),
    Loader("vistr", "VisTR, IFC, SeqFormer", True, vistr.rules),
    Loader("labelformat", "labelformat", False, labelformat.rules),
)


def certify(content: Any, *, trained_on: bool = True) -> Certificate:
    """The certificate of the JSON content of a file, as `json.load` gives it.

    trained_on: False for a validation set, of which it does not matter whether one can train on it.
    """
    file = RawFile(content, trained_on=trained_on)
    return Certificate(tuple(_report(one, file) for one in LOADERS))


def _report(loader: Loader, file: RawFile) -> LoaderReport:
    found = (one for one in loader.rules(file) if file.trained_on or one.level is not Level.STOPS)
    return LoaderReport(loader.name, loader.title, loader.trainer and file.trained_on, grouped(found))
