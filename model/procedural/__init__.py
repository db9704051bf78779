"""Seeded procedural videos with exact masks and identities: a data source that needs no download."""

from .dataset import DatasetFolderError, FrameWriteError, synthesize
from .domains import DOMAINS, Domain, UnknownDomainError, categories
from .scene import ProceduralTrack, ProceduralVideo, render_video

__all__ = [
    "DOMAINS",
    "DatasetFolderError",
    "Domain",
    "FrameWriteError",
    "ProceduralTrack",
    "ProceduralVideo",
    "UnknownDomainError",
    "categories",
    "render_video",
    "synthesize",
]
