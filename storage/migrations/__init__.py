"""Upgrading the tables of a database (Alembic), without a configuration file and from any working folder."""

from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


class UnknownRevision(Exception):
    """The tables have a revision that this version of the program has no migration for."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"unknown revision {revision!r} of the tables")
        self.revision = revision


def config() -> Config:
    """Alembic's settings: only the folder of the scripts."""
    settings = Config()
    # Alembic reads the value with configparser, in which a single % is special.
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def state(tx: Connection) -> Literal["current", "old"]:
    """Whether the tables are up to date or must be upgraded (an empty database is "old").

    Raises:
        UnknownRevision: a later version of the program has upgraded them.
    """
    scripts = ScriptDirectory.from_config(config())
    revision = MigrationContext.configure(tx).get_current_revision()
    if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
        raise UnknownRevision(revision)
    return "current" if revision == scripts.get_current_head() else "old"


def upgrade(tx: Connection) -> None:
    """Run the missing migrations inside the caller's transaction, so that a failure leaves the tables unchanged."""
    settings = config()
    settings.attributes["connection"] = tx
    command.upgrade(settings, "head")
