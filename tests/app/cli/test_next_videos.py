"""The command next prints the order of videos with the reasons, for people and for machines."""

import json
from pathlib import Path

from app.settings import Settings
from storage.database import Database
from tests.app.command_line import Run
from tests.app.made import new_track, project_with, send, square, video_in


def test_unreviewed_videos_are_printed_with_their_reasons(
    data_run: Run, database: Database, settings: Settings, tmp_path: Path
) -> None:
    made, categories = project_with(database, "fish", name="sea")
    done, *_ = (video_in(database, settings, made, tmp_path, name) for name in ("one", "two", "three"))
    send(database, done, new_track(categories["fish"].id, {0: square(4, 4)})[1])

    text = data_run("next", "--project", "sea")
    data = json.loads(data_run("next", "--project", "sea", "--json", "--most", "1").out)

    assert text.code == 0
    assert all("No proposals yet." in line for line in text.out.splitlines()) and len(text.out.splitlines()) == 2
    assert len(data["videos"]) == 1
    assert set(data["videos"][0]) == {"video_id", "name", "gain", "uncertain", "unlike", "worse", "reasons"}


def test_a_project_whose_videos_are_all_reviewed_says_so(data_run: Run, database: Database) -> None:
    project_with(database, "fish", name="sea")
    ran = data_run("next", "--project", "sea")
    assert (ran.code, ran.out.strip()) == (0, "Every video has something that a person judged.")
    assert json.loads(data_run("next", "--project", "sea", "--json").out) == {"videos": []}
