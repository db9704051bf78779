"""Two categories of one file are never one; spelling is folded only between a file and the project, and noted."""

import pytest

from app.exchange.import_categories import CategoryIds, adopt_categories
from storage import projects
from storage.database import Database
from storage.youtube_vis import VisCategory
from tests.app.made import project_with


def adopted(database: Database, known: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[CategoryIds, dict[str, str]]:
    """What becomes of the categories `wanted`, with ids from 0, and the project's names by id."""
    project, _ = project_with(database, *known)
    with database.atomic() as tx:
        found = adopt_categories(tx, project.id, [VisCategory(k, name) for k, name in enumerate(wanted)])
        names = {category.id: category.name for category in projects.list_categories(tx, project.id)}
    return found, names


def names_of(database: Database, known: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    found, names = adopted(database, known, wanted)
    return [names[found.ids[k]] for k in range(len(wanted))], tuple(map(str, found.notes))


@pytest.mark.parametrize(
    ("known", "wanted", "names"),
    [
        ((), ("t-shirt", "T_Shirt"), ["t-shirt", "T_Shirt"]),
        ((), ("t shirt", "T-SHIRT", "t_shirt"), ["t shirt", "T-SHIRT", "t_shirt"]),
        (("t-shirt",), ("t-shirt", "T_Shirt"), ["t-shirt", "T_Shirt"]),
        (("t-shirt",), ("T_Shirt", "t-shirt"), ["T_Shirt", "t-shirt"]),
        (("T SHIRT",), ("t-shirt", "T_Shirt"), ["t-shirt", "T_Shirt"]),
        (("dog",), ("dog", "cat"), ["dog", "cat"]),
    ],
)
def test_two_categories_of_one_file_are_never_one(
    database: Database, known: tuple[str, ...], wanted: tuple[str, ...], names: list[str]
) -> None:
    assert names_of(database, known, wanted) == (names, ())


def test_another_spelling_is_the_projects_category_with_a_note(database: Database) -> None:
    names, notes = names_of(database, ("tennis_racket", "dog"), ("Tennis racket", "cat"))
    assert names == ["tennis_racket", "cat"]
    assert notes == ("category 0: 'Tennis racket' is the project's 'tennis_racket'.",)


def test_two_of_the_project_that_a_spelling_may_be_are_left_alone(database: Database) -> None:
    names, notes = names_of(database, ("t-shirt", "t shirt"), ("T_Shirt",))
    assert names == ["T_Shirt"] and notes == ()


def test_the_same_name_twice_gets_a_number_and_a_note(database: Database) -> None:
    names, notes = names_of(database, ("bat",), ("bat", "bat", "bat"))
    assert names == ["bat", "bat 2", "bat 3"]
    assert notes[0] == "category 1: the file has two categories 'bat'; this one is 'bat 2' in the project."


def test_new_categories_keep_what_the_file_says_of_them(database: Database) -> None:
    project, _ = project_with(database, "dog")
    wanted = [VisCategory(5, "cat", "animal", {"isthing": 1}), VisCategory(6, "dog")]
    with database.atomic() as tx:
        found = adopt_categories(tx, project.id, wanted)
        added = projects.get_category(tx, found.ids[5])
    assert found.new == ("cat",)
    assert (added.supercategory, added.source_id, added.extra) == ("animal", "5", {"source": {"isthing": 1}})
