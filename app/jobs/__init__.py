"""Puts background jobs into the queue, reports on them and starts the worker."""
