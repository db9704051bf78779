"""New projects and videos by path, as the library's forms make them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import AppError
from app.settings import Settings
from app.web.context import Context
from app.web.pages.library_forms import (
    FROM_FILE,
    TYPED,
    VIS_2019,
    VIS_2021,
    LibraryForms,
    categories_of,
    typed_categories,
)
from storage import projects, videos
from storage.database import Database
from tests.app.made import FRAMES, project_with
from tests.storage.made_videos import make_video


@pytest.fixture
def forms(app_context: Context, started_workers: list[Settings]) -> LibraryForms:
    return LibraryForms(app_context)


def vis_file(folder: Path, *names: str) -> Path:
    path = folder / "instances.json"
    categories = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
    path.write_text(json.dumps({"videos": [], "categories": categories, "annotations": []}))
    return path


def test_categories_come_one_a_line_or_between_commas() -> None:
    assert typed_categories("dog, cat\n  big   ball \n\ndog,") == ["dog", "cat", "big ball"]


@given(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1), unique=True))
def test_what_is_typed_line_by_line_comes_back(names: list[str]) -> None:
    assert typed_categories("\n".join(names)) == names


@given(st.text())
def test_no_text_gives_an_empty_or_repeated_name(text: str) -> None:
    names = typed_categories(text)
    assert len(set(names)) == len(names) and all(name == " ".join(name.split()) and name for name in names)


def test_presets_have_forty_names() -> None:
    old, new = (categories_of(source, typed="", file=None) for source in (VIS_2019, VIS_2021))
    assert len(old) == len(new) == 40
    assert "sedan" in old and "car" in new


def test_a_file_gives_its_categories(tmp_path: Path) -> None:
    file = vis_file(tmp_path, "kite", "boat")
    assert categories_of(FROM_FILE, typed="", file=str(file)) == ["kite", "boat"]


def test_a_file_must_be_chosen_and_be_youtube_vis(tmp_path: Path) -> None:
    with pytest.raises(AppError, match="Choose"):
        categories_of(FROM_FILE, typed="", file=None)
    wrong = tmp_path / "wrong.json"
    wrong.write_text("[1, 2]")
    with pytest.raises(AppError, match=r"^wrong\.json"):
        categories_of(FROM_FILE, typed="", file=str(wrong))


def test_a_new_project_has_its_categories_and_is_opened(forms: LibraryForms, database: Database) -> None:
    answer = forms.make_project(database, "", " street ", TYPED, "dog, cat", None)
    assert (answer.kind, answer.sheet) == ("ok", "project")
    with database.read() as tx:
        project = projects.last_project(tx)
        assert project is not None and project.name == "street"
        assert answer.go == f"/?project={project.id}"
        assert [category.name for category in projects.list_categories(tx, project.id)] == ["dog", "cat"]


def test_a_taken_or_empty_name_is_refused_and_nothing_is_made(forms: LibraryForms, database: Database) -> None:
    project_with(database, name="street")
    for name in ("street", "  ", ""):
        answer = forms.make_project(database, "", name, VIS_2019, "", None)
        assert answer.kind == "error" and answer.text.endswith(".") and not answer.go
    with database.read() as tx:
        assert len(projects.list_projects(tx)) == 1


def test_a_broken_file_is_refused_in_one_sentence(forms: LibraryForms, database: Database, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{")
    answer = forms.make_project(database, "", "street", FROM_FILE, "", str(wrong))
    assert answer.kind == "error" and "wrong.json" in answer.text and "\n" not in answer.text
    with database.read() as tx:
        assert projects.list_projects(tx) == ()


def test_a_video_of_the_server_is_added(forms: LibraryForms, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    path = make_video(tmp_path / "clip.mp4", frames=FRAMES, size=(64, 48))
    answer = forms.add_path(database, project.id, f"  {path} ", False)
    assert (answer.kind, answer.text) == ("ok", f"clip is added: {FRAMES} frames.")
    with database.read() as tx:
        assert [video.copied for video in videos.list_videos(tx, project.id)] == [False]


def test_a_copy_lies_in_the_data_folder(
    forms: LibraryForms, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project, _ = project_with(database)
    path = make_video(tmp_path / "clip.mp4", frames=FRAMES, size=(64, 48))
    assert forms.add_path(database, project.id, str(path), True).kind == "ok"
    with database.read() as tx:
        (video,) = videos.list_videos(tx, project.id)
    assert video.copied and Path(video.path).is_relative_to(settings.data)


@pytest.mark.parametrize("given_path", ["", "   ", "/no/such/file.mp4"])
def test_a_path_that_is_nothing_is_refused(forms: LibraryForms, database: Database, given_path: str) -> None:
    project, _ = project_with(database)
    answer = forms.add_path(database, project.id, given_path, False)
    assert answer.kind == "error" and answer.sheet == "videos"


def test_a_file_that_is_no_video_is_refused(forms: LibraryForms, database: Database, tmp_path: Path) -> None:
    project, _ = project_with(database)
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    answer = forms.add_path(database, project.id, str(path), False)
    assert answer.kind == "error" and "notes.mp4" in answer.text
    with database.read() as tx:
        assert videos.list_videos(tx, project.id) == ()


def test_videos_need_a_project(forms: LibraryForms, database: Database) -> None:
    assert forms.add_path(database, "", "/clip.mp4", False).kind == "error"
