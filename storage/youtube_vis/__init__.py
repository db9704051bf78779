"""YouTube-VIS files: the only parser and writer. The public door; the parts are beside it."""

from storage.youtube_vis.dataset import (
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
from storage.youtube_vis.reader import YouTubeVisError, parse_dataset, parse_results, read_dataset, read_results
from storage.youtube_vis.writer import dataset_object, result_entry, write_dataset, write_results

__all__ = [
    "SAME_NAME",
    "VisCategory",
    "VisDataset",
    "VisResult",
    "VisTrack",
    "VisVideo",
    "YouTubeVisError",
    "categories_preset",
    "dataset_object",
    "match_category",
    "normalised_name",
    "parse_dataset",
    "parse_results",
    "read_dataset",
    "read_results",
    "result_entry",
    "version_of",
    "write_dataset",
    "write_results",
]
