"""Everything that is kept: the database of projects, videos, tracks, masks and edits, and the files beside it.

Functions take a SQLAlchemy ``Connection`` that the caller got from ``Database.atomic()`` or ``Database.read()``, and
give back frozen dataclasses. Nothing here knows of the model, of HTTP or of the pages.
"""
