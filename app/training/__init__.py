"""Trains checkpoints on a YouTube-VIS file or on the corrections of a project."""
