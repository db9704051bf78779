"""Reads, writes and converts weights: checkpoint files, official layouts, starting points."""
