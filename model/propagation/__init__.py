"""Spreading: masks that a person gave in a few frames, carried to other frames of the video."""

from model.propagation.guess import DOUBTED, Guess, SpreadFrame
from model.propagation.settings import SpreadSettings
from model.propagation.spread import Given, SpreadError, spread
from model.propagation.working import Trunk

__all__ = ["DOUBTED", "Given", "Guess", "SpreadError", "SpreadFrame", "SpreadSettings", "Trunk", "spread"]
