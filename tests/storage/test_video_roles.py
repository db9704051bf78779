"""The roles of videos in retraining."""

import pytest

from storage.database import Database, DatabaseError
from storage.projects import create_project
from storage.video_roles import GOLDEN, HELD_OUT, TRAINED, give_roles, video_roles


def test_a_role_stays_once_it_is_given_and_belongs_to_one_project(database: Database) -> None:
    with database.atomic() as tx:
        zoo, sea = (create_project(tx, name=name).id for name in ("zoo", "sea"))
        give_roles(tx, zoo, {"a": HELD_OUT, "b": TRAINED})
        give_roles(tx, zoo, {"a": TRAINED, "c": GOLDEN})
        assert video_roles(tx, zoo) == {"a": HELD_OUT, "b": TRAINED, "c": GOLDEN}
        assert video_roles(tx, sea) == {}
        give_roles(tx, zoo, {})


def test_a_golden_video_gets_another_role_when_it_is_corrected(database: Database) -> None:
    with database.atomic() as tx:
        zoo, sea = (create_project(tx, name=name).id for name in ("zoo", "sea"))
        for project in (zoo, sea):
            give_roles(tx, project, {"a": GOLDEN, "b": GOLDEN, "c": TRAINED})
        give_roles(tx, zoo, {"a": HELD_OUT, "b": GOLDEN, "c": GOLDEN})
        give_roles(tx, zoo, {"a": GOLDEN})
        assert video_roles(tx, zoo) == {"a": HELD_OUT, "b": GOLDEN, "c": TRAINED}
        assert video_roles(tx, sea) == {"a": GOLDEN, "b": GOLDEN, "c": TRAINED}


def test_another_word_is_no_role(database: Database) -> None:
    with database.atomic() as tx:
        zoo = create_project(tx, name="zoo").id
    with pytest.raises(DatabaseError), database.atomic() as tx:
        give_roles(tx, zoo, {"a": "someday"})
