import base64
import json
import signal
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from app.cli import serve
from app.cli.parser import make_parser
from app.demo.project import FOLDER
from tests.app.command_line import Run
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


def test_serving_on_a_port_in_use_is_one_sentence(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(serve, "_register_built_in", lambda settings: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = run("serve", "--no-browser", "--data", tmp_path / "data", "--port", str(taken.getsockname()[1]))

    assert ran.code == 1
    assert "port" in ran.last and len(ran.errors) == 1


def test_a_sign_in_file_that_is_none_is_refused_before_anything_is_made(run: Run, tmp_path: Path) -> None:
    done = run("--data", str(tmp_path / "d"), "serve", "--auth", str(tmp_path / "people.txt"))

    assert done.code == 1 and len(done.errors) == 1 and "people.txt cannot be read" in done.last
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_an_address_that_others_reach_needs_a_yes(run: Run, tmp_path: Path, host: str) -> None:
    done = run("--data", str(tmp_path / "d"), "serve", "--no-browser", "--host", host)

    assert done.code == 1 and len(done.errors) == 1
    assert done.last.startswith(f"Everybody who reaches {host} can see, change and delete all projects")
    assert "--allow-network" in done.last and done.last.count(". ") == 0
    assert not (tmp_path / "d").exists()


def test_the_environment_needs_the_yes_too(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEVIT_HOST", "0.0.0.0")
    done = run("--data", str(tmp_path / "d"), "serve", "--no-browser")

    assert done.code == 1 and "--allow-network" in done.last


def test_a_sign_in_is_asked_for_on_an_address_that_others_reach(tmp_path: Path) -> None:
    people = tmp_path / "people.txt"
    people.write_text("Anna:secret\n")
    people.chmod(0o644)
    with running_server(tmp_path / "data", "--device", "cpu", "--host", "0.0.0.0", "--auth", str(people)) as running:
        address = f"{running.address}data/projects"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(address, timeout=60)
        token = base64.b64encode(b"Anna:secret").decode()
        asked = urllib.request.Request(address, headers={"Authorization": f"Basic {token}"})
        assert json.load(urllib.request.urlopen(asked, timeout=60))["projects"]
        said = running.log.read_text()
    assert "unencrypted to 0.0.0.0" in said and "chmod 600" in said and "secret" not in said


def test_with_a_yes_the_risk_and_an_address_that_answers_are_printed(tmp_path: Path) -> None:
    flags = ("--device", "cpu", "--host", "0.0.0.0", "--allow-network")
    with running_server(tmp_path / "data", *flags) as running:
        assert "0.0.0.0" not in running.address
        assert json.load(urllib.request.urlopen(f"{running.address}data/projects", timeout=60))["projects"]
        said = running.log.read_text()
    assert "Everybody who reaches 0.0.0.0" in said and "without a sign-in." in said


def test_the_help_tells_what_auth_and_allow_network_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args(["serve", "--help"])
    words = " ".join(capsys.readouterr().out.split())
    assert "--auth FILE who may sign in" in words
    assert "--allow-network needed for a --host that others reach" in words
