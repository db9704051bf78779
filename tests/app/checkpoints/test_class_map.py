"""Class names of a checkpoint find the project's categories."""

import pytest

from app.checkpoints.class_map import ClassMapping, class_mapping, class_names, fill, names_a_category
from storage import checkpoints, projects
from storage.database import Database
from storage.youtube_vis import categories_preset
from tests.app.made import add_checkpoint, project_with


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("dog", "dog"),
        ("giant_panda", "Giant panda"),
        ("tennis racket", "tennis_racket"),
        ("sedan", "car"),
        ("car", "sedan"),
        ("owl", "bird"),
        ("ape", "monkey"),
    ],
)
def test_spellings_of_one_thing_meet(name: str, category: str) -> None:
    assert fill([name], chosen={}, categories={category: "id", "other": "x"}) == {name: "id"}


def test_what_fits_nothing_stays_without_a_category() -> None:
    mapping = ClassMapping(fill(["dog", "star"], chosen={}, categories={"dog": "1"}))
    assert mapping.mapped == ("dog",)
    assert mapping.unmapped == ("star",)


def test_a_persons_choice_comes_first_also_when_it_is_none() -> None:
    found = fill(["dog", "cat"], chosen={"dog": None, "cat": "1"}, categories={"dog": "1", "cat": "2"})
    assert found == {"dog": None, "cat": "1"}


def test_a_choice_of_a_category_that_is_gone_counts_no_longer() -> None:
    assert fill(["dog"], chosen={"dog": "gone"}, categories={"dog": "1"}) == {"dog": "1"}


def test_the_stored_map_and_retired_categories_are_respected(database: Database) -> None:
    project, categories = project_with(database, "dog", "cat")
    checkpoint = add_checkpoint(database, "dog", "puppy", "cat")
    with database.atomic() as tx:
        checkpoints.set_class_map(tx, checkpoint.id, project.id, {"puppy": categories["dog"].id})
        projects.retire_category(tx, categories["cat"].id)
        mapping = class_mapping(tx, checkpoint=checkpoint, project_id=project.id)
    dog = categories["dog"].id
    assert mapping.category_ids == {"dog": dog, "puppy": dog, "cat": None}


def test_the_forty_nameless_classes_of_a_release_are_those_of_2019() -> None:
    nameless = tuple(f"class {k}" for k in range(1, 41))

    assert class_names(nameless) == tuple(category.name for category in categories_preset("2019"))
    assert class_names(nameless[:5]) == nameless[:5]
    assert class_names(("fish",)) == ("fish",)


def test_a_mapped_class_or_one_of_a_retired_category_names_a_category(database: Database) -> None:
    project, categories = project_with(database, "swimmer", "crab")
    person, fish = (add_checkpoint(database, name, name=name) for name in ("person", "crab"))
    with database.atomic() as tx:
        assert [names_a_category(tx, one, project.id) for one in (person, fish)] == [False, True]
        projects.retire_category(tx, categories["crab"].id)
        assert names_a_category(tx, fish, project.id)
        checkpoints.set_class_map(tx, person.id, project.id, {"person": categories["swimmer"].id})
        assert names_a_category(tx, person, project.id)
