"""Proposes tracks for videos with a model, into a project or into a results file."""
