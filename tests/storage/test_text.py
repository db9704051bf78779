"""Names that are not UTF-8 are refused with a sentence before anything is stored."""

from typing import Any

import pytest

from storage import projects, videos
from storage.database import Database
from storage.errors import NotText
from storage.text import is_text


@pytest.mark.parametrize(
    ("value", "stored"), [("", True), ("Sängerin 猫", True), ("S\udce4", False), ("\ud800", False)]
)
def test_half_of_a_surrogate_pair_is_no_text(value: str, stored: bool) -> None:
    assert is_text(value) is stored


@pytest.mark.parametrize("where", ["path", "picture"])
def test_a_video_of_such_a_name_is_refused(database: Database, where: str) -> None:
    strange = "/data/S\udce4ngerin"
    index: dict[str, Any] = {"names": [strange] if where == "picture" else []}
    given = {"kind": "images", "copied": False, "count": 1, "width": 4, "height": 4, "confirmed": True}
    path = strange if where == "path" else "/data"
    with database.atomic() as tx:
        project = projects.create_project(tx, name="one")
        with pytest.raises(NotText, match=r"b'/data/S\\xe4ngerin' is not UTF-8.*rename"):
            videos.add_video(tx, project_id=project.id, name="one", index_json=index, path=path, **given)
        assert videos.list_videos(tx, project.id) == ()
