import json
import signal
import urllib.request
from pathlib import Path

from app.demo.project import FOLDER
from tests.serving import RunningServer, running_server


def test_the_served_app_has_the_demo_project_and_a_first_page(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", "--device", "cpu") as untouched:
        known = json.load(urllib.request.urlopen(f"{untouched.address}data/projects", timeout=60))
        page = urllib.request.urlopen(untouched.address, timeout=60)

    assert (FOLDER / "demo.json").is_file()
    assert [(project["name"], project["videos"]) for project in known["projects"]] == [("demo", 6)]
    assert known["last"] == known["projects"][0]["id"]
    assert page.headers.get_content_type() == "text/html"


def test_everything_the_server_writes_is_in_the_data_folder(server: RunningServer) -> None:
    beside = {path.name for path in server.data.parent.iterdir()}

    assert beside == {server.data.name, server.log.name}


def test_ctrl_c_stops_the_server_without_a_complaint_and_the_second_start_finds_all(tmp_path: Path) -> None:
    for _ in range(2):
        with running_server(tmp_path / "data", "--device", "cpu") as running:
            running.process.send_signal(signal.SIGINT)
            assert running.process.wait(60) == 0
        assert "Traceback" not in running.log.read_text()
