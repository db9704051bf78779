"""The same file twice is told and doubled only on purpose; two files of one name at the same moment stay apart."""

import shutil
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import AlreadyThere
from app.library.counting import frame_index
from app.settings import Settings
from app.web.context import Context
from app.web.pages.library_forms import LibraryForms
from storage import frames
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.library.scene import LibraryScene
from tests.app.made import project_with
from tests.storage.made_videos import numbered_picture
from tests.storage.threads import at_once
from tests.waiting import PATIENCE_SECONDS


def together(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """No copy begins before so many are about to."""
    barrier, copy = threading.Barrier(number), shutil.copyfile

    def wait(source: Path, target: Path) -> Any:
        if target.suffix != ".png" or source.name == "0.png":
            barrier.wait(PATIENCE_SECONDS)
        return copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", wait)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_files_of_one_name_that_are_copied_at_the_same_moment_keep_their_own_pictures(
    library: LibraryScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    sources = []
    for number in range(4):
        (tmp_path / str(number)).mkdir()
        name = f"{number}/same"
        pictures = [numbered_picture(k) for k in range(2 + number)]
        sources.append(
            library.file(f"{name}.mp4", frames=2 + number) if kind == "file" else library.stills(name, pictures)
        )
    together(monkeypatch, len(sources))
    found: dict[Path, Video] = {}
    at_once(*(partial(lambda path: found.update({path: library.add(path, copy=True)}), path) for path in sources))
    assert len({video.path for video in found.values()}) == len({video.name for video in found.values()}) == 4
    for path, video in found.items():
        assert (video.count, video.content_hash) == (frames.probe(path).count, frames.probe(path).content_hash)
        frames.verify(frame_index(video))


def test_a_path_that_is_there_already_is_told_by_its_video(library: LibraryScene) -> None:
    path = library.file("clip.mp4", frames=3)
    library.add(path, name="first")
    for more in ({}, {"name": "second"}, {"copy": True}):
        with pytest.raises(AlreadyThere, match=r"clip\.mp4 is in this project already, as the video first\."):
            library.add(path, **more)
    assert library.names() == ["first"]
    library.add(path, name="second", again=True)
    assert library.names() == ["first", "second"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_was_copied_in_is_known_again_and_nothing_is_copied_twice(
    library: LibraryScene, settings: Settings, tmp_path: Path, kind: str
) -> None:
    pictures = [numbered_picture(k) for k in range(3)]
    path = library.file("a b.mp4", frames=3) if kind == "file" else library.stills("a b", pictures)
    library.add(path, copy=True)
    before = sorted(settings.videos.iterdir())
    for copy in (True, False):
        with pytest.raises(AlreadyThere, match="already, as the video a b"):
            library.add(path, copy=copy)
    assert sorted(settings.videos.iterdir()) == before
    # Another file of that name, and the same file under another name, are no twins.
    (tmp_path / "other").mkdir()
    library.add(library.file("other/a b.mp4", frames=5), copy=True)
    assert len(library.names()) == 2


def test_another_project_and_a_removed_video_do_not_stand_in_the_way(library: LibraryScene, database: Database) -> None:
    path = library.file("clip.mp4", frames=3)
    library.remove(library.add(path))
    library.add(path)
    other = LibraryScene(
        database, library.settings, project_with(database, name="other")[0], library.folder, library.monkeypatch
    )
    other.add(path)
    assert library.names() == other.names() == ["clip"]


@pytest.mark.parametrize("copy", [False, True])
def test_of_two_who_add_one_path_at_the_same_moment_one_is_told(
    library: LibraryScene, settings: Settings, monkeypatch: pytest.MonkeyPatch, copy: bool
) -> None:
    path = library.file("clip.mp4", frames=3)
    if copy:
        together(monkeypatch, 2)
    told: list[AlreadyThere] = []

    def add() -> None:
        try:
            library.add(path, copy=copy)
        except AlreadyThere as error:
            told.append(error)

    at_once(add, add)
    assert (len(told), library.names()) == (1, ["clip"])
    assert len(list(settings.videos.iterdir())) == copy


def test_route_and_form_tell_it_and_add_again_when_asked(
    client: TestClient, database: Database, project: Project, library: LibraryScene
) -> None:
    path = str(library.file("clip.mp4", frames=3))
    place = f"/data/projects/{project.id}/videos"
    assert client.post(place, json={"path": path}).status_code == 200
    refused = client.post(place, json={"path": path})
    assert (refused.status_code, refused.json()["kind"]) == (400, "already_there")
    assert "as the video clip" in refused.json()["error"]
    context: Context = client.app.state.context  # type: ignore[attr-defined]
    form = LibraryForms(context)
    answer = form.add_path(database, project.id, path, False)
    assert answer.kind == "error" and "as the video clip" in answer.text
    assert form.add_path(database, project.id, path, False, True).kind == "ok"
    assert client.post(place, json={"path": path, "again": True}).status_code == 200
    assert library.names() == ["clip", "clip 2", "clip 3"]
