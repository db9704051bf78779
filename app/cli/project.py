"""The database and the project that a command works on."""

import contextlib
from collections.abc import Iterator

from app.checkpoints.factory import ensure_built_in
from app.checkpoints.releases import DEMO
from app.errors import BadInput
from app.opening import database_file, open_database
from app.settings import Settings
from storage import projects
from storage.database import Database
from storage.projects import Project


@contextlib.contextmanager
def opened(settings: Settings, *, make: bool = False) -> Iterator[Database]:
    """The database of the data folder; a missing one is made only with ``make``. Raises `BadInput`."""
    file = database_file(settings.database_url)
    if not make and file is not None and not file.is_file():
        raise BadInput(f"There is no database {file}; check --data and --database, or start the app once.")
    settings.make_folders()
    with open_database(settings.database_url, settings.data) as database:
        yield database


def find_project(database: Database, settings: Settings) -> Project:
    """The project that --project names, without it the last used one, else the only one, else the demo.

    Raises `BadInput` with the names of all projects.
    """
    with database.read() as tx:
        known = projects.list_projects(tx)
        if settings.project is None:
            last = projects.last_project(tx) or (known[0] if len(known) == 1 else None)
            found = last or projects.find_project(tx, DEMO)
        else:
            found = projects.find_project(tx, settings.project)
    if found is None:
        names = f"there are {', '.join(project.name for project in known)}" if known else "there is none yet"
        what = (
            "Say which project with --project NAME" if settings.project is None else f"No project {settings.project!r}"
        )
        raise BadInput(f"{what}; {names}.")
    return found


def project_for_import(database: Database, settings: Settings) -> tuple[str | None, str | None]:
    """The project to import into: its id, or else the name of a new one."""
    if settings.project is not None:
        with database.read() as tx:
            found = projects.find_project(tx, settings.project)
        if found is not None:
            return found.id, None
        ensure_built_in(database, settings)  # for the project that is made: `app.checkpoints.choice`
        return None, settings.project
    return find_project(database, settings).id, None
