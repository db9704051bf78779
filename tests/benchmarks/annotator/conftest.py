"""The annotator works with the same server as the tests of the application."""

from tests.app.conftest import client, database, project, settings, started_workers, video

__all__ = ["client", "database", "project", "settings", "started_workers", "video"]
