"""The annotation guide of a project."""

import pytest

from storage.database import Database
from storage.errors import NotFound, StorageError
from storage.guides import LONGEST_GUIDE, GuideChanged, get_guide, set_guide
from storage.projects import create_project


@pytest.fixture
def project(database: Database) -> str:
    with database.atomic() as tx:
        return create_project(tx, name="zoo").id


def test_a_guide_is_written_changed_and_taken_away(database: Database, project: str) -> None:
    with database.atomic() as tx:
        assert get_guide(tx, project) == ""
        set_guide(tx, project, "# Fish", was="")
        assert get_guide(tx, project) == "# Fish"
        set_guide(tx, project, "# Fish\n", was="# Fish")
        other = create_project(tx, name="other").id
        assert get_guide(tx, other) == ""
        set_guide(tx, project, " \n ", was="# Fish\n")
        assert get_guide(tx, project) == ""


def test_a_guide_that_somebody_else_changed_is_not_written_over(database: Database, project: str) -> None:
    with database.atomic() as tx:
        set_guide(tx, project, "first", was="")
        with pytest.raises(GuideChanged, match="Somebody else"):
            set_guide(tx, project, "second", was="")
        assert get_guide(tx, project) == "first"


def test_what_cannot_be_stored_is_refused(database: Database, project: str) -> None:
    with database.atomic() as tx:
        with pytest.raises(StorageError, match="at most"):
            set_guide(tx, project, "x" * (LONGEST_GUIDE + 1), was="")
        with pytest.raises(StorageError, match="character"):
            set_guide(tx, project, "a\0b", was="")
        for work in (lambda: get_guide(tx, "none"), lambda: set_guide(tx, "none", "x", was="")):
            with pytest.raises(NotFound):
                work()
