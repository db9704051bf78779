"""YouTube-VIS files: the only parser and writer. The public door; the parts are beside it."""

from storage.youtube_vis.dataset import (
    FRAMES_FOLDER,
    SAME_NAME,
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
from storage.youtube_vis.reader import YouTubeVisError, parse_dataset, parse_results, read_dataset
from storage.youtube_vis.writer import result_entry, write_dataset, write_results

__all__ = [
    "FRAMES_FOLDER",
    "SAME_NAME",
    "VisCategory",
    "VisDataset",
    "VisResult",
    "VisTrack",
    "VisVideo",
    "YouTubeVisError",
    "categories_preset",
    "match_category",
    "normalised_name",
    "parse_dataset",
    "parse_results",
    "read_dataset",
    "result_entry",
    "version_of",
    "write_dataset",
    "write_results",
]
