"""Storage: the database of projects, videos, tracks, masks and edits, and the files beside it.

Functions take a SQLAlchemy ``Connection`` from ``Database.atomic()`` or ``Database.read()`` and return frozen
dataclasses. Nothing here depends on the model, on HTTP or on the pages.
"""
