import pytest

from storage.database import Database
from storage.errors import BadName, NameTaken, NotFound, StorageError
from storage.projects import (
    add_category,
    archive_project,
    create_project,
    find_project,
    get_category,
    get_project,
    last_project,
    list_categories,
    list_projects,
    rename_category,
    rename_project,
    retire_category,
    set_last_project,
)
from tests.storage.scenes import make_video


def test_a_project_comes_with_its_categories_in_order(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="  my   zoo ", categories=["zebra", "ape"], extra={"note": 1})
        assert (project.name, project.videos, project.archived, project.extra) == ("my zoo", 0, False, {"note": 1})
        assert [category.name for category in list_categories(tx, project.id)] == ["zebra", "ape"]
        assert find_project(tx, "my zoo") == get_project(tx, project.id) == project
        assert find_project(tx, "your zoo") is None


def test_projects_are_listed_by_age_with_the_number_of_their_videos(database: Database) -> None:
    with database.atomic() as tx:
        first, second = create_project(tx, name="b"), create_project(tx, name="a")
        make_video(tx, second.id)
        assert [(project.name, project.videos) for project in list_projects(tx)] == [("b", 0), ("a", 1)]
        archive_project(tx, first.id)
        assert [project.name for project in list_projects(tx)] == ["a"]
        assert [project.name for project in list_projects(tx, archived=True)] == ["b", "a"]
        archive_project(tx, first.id, archived=False)
        assert len(list_projects(tx)) == 2


def test_names_of_projects_are_unique_and_not_empty(database: Database) -> None:
    with database.atomic() as tx:
        first, second = create_project(tx, name="first"), create_project(tx, name="second")
        with pytest.raises(NameTaken, match="'first'"):
            create_project(tx, name=" first ")
        with pytest.raises(BadName, match="project"):
            create_project(tx, name="  ")
        with pytest.raises(NameTaken):
            rename_project(tx, second.id, "first")
        assert rename_project(tx, first.id, "first").name == "first"
        assert rename_project(tx, first.id, "third").name == "third"


def test_what_does_not_exist_is_named(database: Database) -> None:
    with database.atomic() as tx:
        for call in (
            lambda: get_project(tx, "nothing"),
            lambda: rename_project(tx, "nothing", "x"),
            lambda: archive_project(tx, "nothing"),
            lambda: add_category(tx, "nothing", "cat"),
            lambda: get_category(tx, "nothing"),
            lambda: rename_category(tx, "nothing", "x"),
            lambda: set_last_project(tx, "nothing"),
        ):
            with pytest.raises(NotFound, match="'nothing'") as caught:
                call()
            assert isinstance(caught.value, StorageError)


def test_a_retired_category_makes_room_for_its_name_and_can_come_back(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo", categories=["cat"])
        (cat,) = list_categories(tx, project.id)
        with pytest.raises(NameTaken):
            add_category(tx, project.id, "cat")
        assert retire_category(tx, cat.id).retired
        assert list_categories(tx, project.id) == ()
        again = add_category(tx, project.id, "cat", supercategory="animal", source_id="17", extra={"k": [1]})
        assert get_category(tx, again.id) == again
        assert (again.position, again.supercategory, again.source_id, again.extra) == (1, "animal", "17", {"k": [1]})
        with pytest.raises(NameTaken):
            retire_category(tx, cat.id, retired=False)
        rename_category(tx, again.id, "big cat")
        assert not retire_category(tx, cat.id, retired=False).retired
        assert [category.name for category in list_categories(tx, project.id, retired=True)] == ["cat", "big cat"]
        with pytest.raises(NameTaken):
            rename_category(tx, again.id, "cat")
        with pytest.raises(BadName):
            rename_category(tx, again.id, " ")


def test_two_projects_may_have_a_category_of_the_same_name(database: Database) -> None:
    with database.atomic() as tx:
        create_project(tx, name="a", categories=["cat"])
        create_project(tx, name="b", categories=["cat"])


def test_the_last_project_is_remembered_until_it_is_archived(database: Database) -> None:
    with database.atomic() as tx:
        assert last_project(tx) is None
        first, second = create_project(tx, name="a"), create_project(tx, name="b")
        set_last_project(tx, first.id)
        set_last_project(tx, second.id)
        assert last_project(tx) == second
        archive_project(tx, second.id)
        assert last_project(tx) is None
