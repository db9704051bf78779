import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from storage.errors import BadName, NameTaken, NotFound, StorageError
from storage.projects import (
    add_category,
    archive_project,
    create_project,
    find_project,
    get_category,
    get_project,
    get_setting,
    last_project,
    list_categories,
    list_projects,
    rename_category,
    rename_project,
    retire_category,
    set_last_project,
    set_setting,
)
from storage.videos import remove_video, restore_video
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


@pytest.mark.parametrize("written", ["my zoo", " my zoo", "my\tzoo ", "my   \n zoo"])
def test_a_name_is_found_however_its_blanks_are_written(database: Database, written: str) -> None:
    with database.atomic() as tx:
        made = create_project(tx, name=written)
        assert made.name == "my zoo"
        assert find_project(tx, written) == find_project(tx, "my zoo") == made
        with pytest.raises(NameTaken):
            create_project(tx, name="my zoo")
        assert find_project(tx, "My Zoo") is None, "small and capital letters are different names"


def test_a_project_whose_categories_repeat_is_not_made_at_all(database: Database) -> None:
    with pytest.raises(NameTaken, match="category"), database.atomic() as tx:
        create_project(tx, name="zoo", categories=["cat", " cat "])
    with pytest.raises(BadName, match="category"), database.atomic() as tx:
        create_project(tx, name="zoo", categories=["cat", ""])
    with database.read() as tx:
        assert list_projects(tx) == ()


def test_an_archived_project_keeps_its_name_and_is_found_by_it(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo")
        archive_project(tx, project.id)
        with pytest.raises(NameTaken):
            create_project(tx, name="zoo")
        found = find_project(tx, "zoo")
        assert found is not None and found.archived
        assert last_project(tx) is None
        set_last_project(tx, project.id)
        assert last_project(tx) is None
        archive_project(tx, project.id, archived=False)
        assert last_project(tx) == get_project(tx, project.id)


def test_a_category_keeps_its_place_through_renaming_and_retiring(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo", categories=["a", "b", "c"])
        _, middle, _ = list_categories(tx, project.id)
        rename_category(tx, middle.id, "a b")
        retire_category(tx, middle.id)
        assert [category.name for category in list_categories(tx, project.id)] == ["a", "c"]
        added = add_category(tx, project.id, "d")
        retire_category(tx, middle.id, retired=False)
        names = [(category.name, category.position) for category in list_categories(tx, project.id)]
        assert names == [("a", 0), ("a b", 1), ("c", 2), ("d", added.position)]
        assert rename_category(tx, middle.id, " a  b ").name == "a b", "its own name is free for it"


def test_removed_videos_do_not_count(database: Database) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name="zoo")
        videos = [make_video(tx, project.id, name=str(k)) for k in range(3)]
        assert get_project(tx, project.id).videos == 3
        remove_video(tx, videos[0].id)
        assert get_project(tx, project.id).videos == 2 and list_projects(tx)[0].videos == 2
        restore_video(tx, videos[0].id)
        assert get_project(tx, project.id).videos == 3


@pytest.mark.parametrize("value", [None, 0, "", [], {"a": [1, None]}, "text", 1.5, False])
def test_a_setting_keeps_any_small_json_value(database: Database, value: object) -> None:
    with database.atomic() as tx:
        assert get_setting(tx, "key") is None
        set_setting(tx, "key", "before")
        set_setting(tx, "key", value)
        set_setting(tx, "other", 1)
    with database.read() as tx:
        found = get_setting(tx, "key")
        assert found == value and type(found) is type(value)


@given(st.lists(st.tuples(st.sampled_from(["add", "retire", "return", "rename"]), st.integers(0, 3)), max_size=14))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_names_in_use_are_unique_whatever_is_done(database: Database, steps: list[tuple[str, int]]) -> None:
    with database.atomic() as tx:
        project = create_project(tx, name=str(uuid.uuid4()))
        for what, pick in steps:
            every = list_categories(tx, project.id, retired=True)
            try:
                if what == "add":
                    add_category(tx, project.id, f"name {pick}")
                elif every:
                    chosen = every[pick % len(every)].id
                    if what == "rename":
                        rename_category(tx, chosen, f"name {pick}")
                    else:
                        retire_category(tx, chosen, retired=what == "retire")
            except NameTaken:
                continue
            used = [category.name for category in list_categories(tx, project.id)]
            assert len(used) == len(set(used))
        positions = [category.position for category in list_categories(tx, project.id, retired=True)]
        assert positions == list(range(len(positions)))
