"""With a version the file has that version's names, ids and order; what has no place there is named."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.exchange.export_categories import export_categories
from storage.projects import Category
from storage.youtube_vis import categories_preset, read_dataset, version_of
from tests.app.exchange.files import content
from tests.app.exchange.scene import ExchangeScene


def made(*names: str, retired: tuple[str, ...] = ()) -> list[Category]:
    return [Category(name, "p", name, "thing", k, name in retired, str(10 + k), None) for k, name in enumerate(names)]


def names_of(version: str, *names: str, **tracks: int) -> dict[str, str]:
    """The name in the file of each category that has a place there."""
    found = export_categories(made(*names), tracks, version)
    by_id = {category.id: category.name for category in found.categories}
    return {own: by_id[number] for own, number in found.ids.items()}


def test_without_a_version_the_projects_own_categories_leave_with_their_ids() -> None:
    found = export_categories(made("bee", "wasp"), {}, None)
    assert [(c.id, c.name, c.supercategory) for c in found.categories] == [(10, "bee", "thing"), (11, "wasp", "thing")]
    assert (found.notes, found.left_out, found.from_zero) == ((), (), False)


@pytest.mark.parametrize(("version", "preset"), [("2019", "2019"), ("2021", "2021"), ("2022", "2021")])
def test_a_version_gives_its_forty_categories_in_order(version: str, preset: Any) -> None:
    found = export_categories(made("person"), {}, version)
    assert found.categories == categories_preset(preset) and version_of(found.categories) == preset


def test_names_of_2019_become_those_of_2021() -> None:
    names = ("sedan", "owl", "eagle", "ape", "monkey", "Tennis Racket", "hand")
    assert names_of("2021", *names) == {
        **{"sedan": "car", "owl": "bird", "eagle": "bird", "ape": "monkey", "monkey": "monkey"},
        "Tennis Racket": "tennis_racket",
    }
    found = export_categories(made(*names), {"hand": 1}, "2021")
    assert found.left_out == ("Without a place in YouTube-VIS 2021, so they stayed here: hand (1 track).",)
    assert "sedan as car, owl as bird, eagle as bird, ape as monkey" in found.notes[0]


def test_names_of_2021_become_those_of_2019_where_only_one_fits() -> None:
    names = ("car", "monkey", "bird", "whale", "flying_disc", "squirrel")
    assert names_of("2019", *names) == {"car": "sedan", "monkey": "monkey"}
    [lost] = export_categories(made(*names), {"bird": 3}, "2019").left_out
    assert "bird (3 tracks), whale (0 tracks), flying_disc (0 tracks), squirrel (0 tracks)" in lost


def test_retired_categories_count_only_with_tracks() -> None:
    categories = made("person", "unicorn", retired=("unicorn",))
    assert export_categories(categories, {}, "2021").left_out == ()
    assert "unicorn (2 tracks)" in export_categories(categories, {"unicorn": 2}, "2021").left_out[0]


def test_a_project_without_any_place_in_the_version_is_refused() -> None:
    with pytest.raises(BadInput, match=r"No category of this project has a place in YouTube-VIS 2019 \(bee, wasp\)"):
        export_categories(made("bee", "wasp"), {}, "2019")


def exported(exchange: ExchangeScene, folder: Path, names: tuple[str, ...], version: str | None) -> tuple[Any, Any]:
    """The export and its file, of a project imported with these categories and one track of each."""
    exchange.bring_content(content(("va",), categories=names), folder)
    return exchange.exported(folder / "out", version=version)


def test_tracks_follow_their_categories_into_the_version(exchange: ExchangeScene, tmp_path: Path) -> None:
    done, file = exported(exchange, tmp_path, ("hand", "sedan", "owl"), "2021")
    assert [(c["id"], c["name"]) for c in file["categories"]] == [(c.id, c.name) for c in categories_preset("2021")]
    assert [(track["id"], track["category_id"]) for track in file["annotations"]] == [(2, 5), (3, 3)]
    assert file["info"] == {"description": "made up", "version": "2021"}
    assert done.tracks == 2 and "hand (1 track)" in done.left_out[0]
    assert done.as_json()["notes"] == done.notes and "sedan as car" in done.notes[0]
    assert read_dataset(tmp_path / "out" / "instances.json").version == "2021"


def test_without_a_version_the_file_is_the_one_that_came(exchange: ExchangeScene, tmp_path: Path) -> None:
    done, file = exported(exchange, tmp_path, ("hand", "sedan"), None)
    assert file["info"] == {"description": "made up"}
    assert [(c["id"], c["name"]) for c in file["categories"]] == [(1, "hand"), (2, "sedan")]
    assert (done.notes, done.left_out) == ((), ())
