"""YouTube-VIS files: the only parser and writer of the program. The public interface of this package."""

from storage.youtube_vis.dataset import (
    FRAMES_FOLDER,
    SAME_NAME,
    Box,
    Stated,
    VisCategory,
    VisDataset,
    VisResult,
    VisTrack,
    VisVideo,
    categories_preset,
    match_category,
    normalised_name,
    version_of,
)
from storage.youtube_vis.errors import YouTubeVisError
from storage.youtube_vis.foreign_files import dataset_kind
from storage.youtube_vis.json_text import Check, load_json, no_check
from storage.youtube_vis.notes import VisNote, note_lines
from storage.youtube_vis.pictures import (
    OtherFrames,
    PictureFinder,
    PicturesNotFound,
    SeveralPictures,
    VideoPictures,
    require_frames,
)
from storage.youtube_vis.reader import (
    VisContent,
    VisResults,
    parse_dataset,
    parse_results,
    read_content,
    read_dataset,
    read_results,
)
from storage.youtube_vis.segmentations import parse_mask
from storage.youtube_vis.stated import OTHER_BOX
from storage.youtube_vis.writer import dataset_outline, result_entry, write_dataset, write_results

__all__ = [
    "FRAMES_FOLDER",
    "OTHER_BOX",
    "SAME_NAME",
    "Box",
    "Check",
    "OtherFrames",
    "PictureFinder",
    "PicturesNotFound",
    "SeveralPictures",
    "Stated",
    "VideoPictures",
    "VisCategory",
    "VisContent",
    "VisDataset",
    "VisNote",
    "VisResult",
    "VisResults",
    "VisTrack",
    "VisVideo",
    "YouTubeVisError",
    "categories_preset",
    "dataset_kind",
    "dataset_outline",
    "load_json",
    "match_category",
    "no_check",
    "normalised_name",
    "note_lines",
    "parse_dataset",
    "parse_mask",
    "parse_results",
    "read_content",
    "read_dataset",
    "read_results",
    "require_frames",
    "result_entry",
    "version_of",
    "write_dataset",
    "write_results",
]
