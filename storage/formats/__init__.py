"""Formats of annotations other than the database: reading, writing and recognising them. The public interface."""

from storage.formats.archives import is_archive, unpack
from storage.formats.content import UNNAMED, FormatContent, without_unknown_frames
from storage.formats.errors import Broken, FormatError
from storage.formats.frame_masks import BY_NUMBER, FRAME_SCORES
from storage.formats.losses import Losses
from storage.formats.names import by_video, plain_videos, video_folder
from storage.formats.recognise import Recognised, recognise
from storage.formats.registry import FEATURES, FORMATS, RESULTS, Format, format_named, format_table, format_to_write
from storage.formats.variants import crowd_everywhere, without_crowd

__all__ = [
    "BY_NUMBER",
    "FEATURES",
    "FORMATS",
    "FRAME_SCORES",
    "RESULTS",
    "UNNAMED",
    "Broken",
    "Format",
    "FormatContent",
    "FormatError",
    "Losses",
    "Recognised",
    "by_video",
    "crowd_everywhere",
    "format_named",
    "format_table",
    "format_to_write",
    "is_archive",
    "plain_videos",
    "recognise",
    "unpack",
    "video_folder",
    "without_crowd",
    "without_unknown_frames",
]
