"""Spreading: masks that a person gave in a few frames, carried to other frames of the video."""

from model.propagation.candidates import ClipModel, TeViTCandidates
from model.propagation.guess import DOUBTED, Guess, SpreadFrame
from model.propagation.settings import SpreadSettings
from model.propagation.spread import Given, SpreadError, spread
from model.propagation.working import Trunk

__all__ = [
    "DOUBTED",
    "ClipModel",
    "Given",
    "Guess",
    "SpreadError",
    "SpreadFrame",
    "SpreadSettings",
    "TeViTCandidates",
    "Trunk",
    "spread",
]
