"""Spreading of masks: from a file's truth to a results file."""
