"""Adds videos to a project, counts their frames, moves their sources and removes them."""
