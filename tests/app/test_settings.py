"""Settings from flags and environment."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import DATABASE_NAME, MIB, Settings, make_settings
from storage.database import Database


def test_flags_come_before_the_environment_and_that_before_the_defaults(tmp_path: Path) -> None:
    env = {"TEVIT_PORT": "8000", "TEVIT_DATA": str(tmp_path / "env"), "TEVIT_DEVICE": "cpu"}
    made = make_settings(environment=env)
    assert (made.port, made.data, made.device, made.host) == (8000, tmp_path / "env", "cpu", "127.0.0.1")
    made = make_settings(environment=env, port=0, data=tmp_path / "flag", device="cuda")
    assert (made.port, made.data, made.device) == (0, tmp_path / "flag", "cuda:0")
    assert made.database_url == f"sqlite:///{tmp_path}/flag/annotations.sqlite3"
    assert make_settings(environment={}).port == 7860


def test_another_process_gets_the_same_data_from_the_flags(tmp_path: Path) -> None:
    made = make_settings(data=tmp_path, database="sqlite:////x.db", device="cpu", environment={})
    assert made.flags() == ["--data", str(tmp_path), "--database", "sqlite:////x.db", "--device", "cpu"]
    assert "--device" not in make_settings(data=tmp_path, environment={}).flags()


def test_limits_come_from_the_environment() -> None:
    made = make_settings(environment={"TEVIT_FRAME_CACHE_MIB": "3", "TEVIT_WORKER_IDLE_SECONDS": "7"})
    assert made.frame_cache_bytes == 3 * MIB
    assert made.worker_idle_seconds == 7.0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"port": "http"}, "not a number"),
        ({"port": 70000}, "does not exist"),
        ({"device": "gpu"}, "'gpu'"),
        ({"device": "cuda:x"}, "cuda:x"),
        ({"environment": {"TEVIT_FRAME_CACHE_MIB": "much"}}, "TEVIT_FRAME_CACHE_MIB"),
        ({"environment": {"TEVIT_WORKER_IDLE_SECONDS": "0"}}, "above zero"),
    ],
)
def test_values_that_cannot_be_are_named(given: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make_settings(**{"environment": {}, **given})  # type: ignore[arg-type]


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="--data"):
        make_settings(data=tmp_path / "file" / "data", environment={}).make_folders()


@pytest.mark.parametrize(
    "name", ["a b", "100%", "%41", "what?x=1", "#1", "a@b:c", "ünï字", "a;b", "[x]", "it's", "a&b=c"]
)
def test_a_folder_of_any_name_holds_its_own_database(tmp_path: Path, name: str) -> None:
    made = make_settings(data=tmp_path / name, environment={})
    with Database.open(made.database_url) as database:
        assert database.place == str(tmp_path / name / DATABASE_NAME)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    again = make_settings(data=made.flags()[1], database=made.flags()[3], environment={})
    assert again == made, "another process finds the same place"


@pytest.mark.parametrize("given", ["sqlite:///here.db", "sqlite:///./here.db", "sqlite:///sub/../here.db"])
def test_a_database_beside_the_caller_is_the_same_one_for_a_worker_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made = make_settings(data="data", database=given, environment={})
    monkeypatch.chdir("/")
    assert made.database_url == f"sqlite:///{tmp_path}/here.db"
    assert made.data == tmp_path / "data"


def test_a_database_in_the_home_folder_is_found_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = make_settings(data="~/data", database="sqlite:///~/a.db", auth_file="~/names", environment={})
    assert made.database_url == f"sqlite:///{tmp_path}/a.db"
    assert (made.data, made.auth_file) == (tmp_path / "data", tmp_path / "names")


@pytest.mark.parametrize(
    "url", ["sqlite:////x/a.db", "sqlite://", "sqlite:///:memory:", "sqlite:///file:a.db?mode=ro&uri=true"]
)
def test_a_database_that_names_its_own_place_stays_as_it_is(url: str) -> None:
    assert make_settings(database=url, environment={}).database_url == url
    server = "postgresql+psycopg://me:secret@host/annotations"
    assert make_settings(environment={"TEVIT_DATABASE": server}).database_url == server


EVERY_NAME = (
    "TEVIT_DATA",
    "TEVIT_DATABASE",
    "TEVIT_HOST",
    "TEVIT_PORT",
    "TEVIT_DEVICE",
    "TEVIT_PROJECT",
    "TEVIT_FRAME_CACHE_MIB",
    "TEVIT_FRAME_DISK_MIB",
    "TEVIT_WORKER_IDLE_SECONDS",
)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_an_empty_variable_counts_as_none(name: str) -> None:
    assert make_settings(environment={name: ""}) == make_settings(environment={})


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("TEVIT_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("TEVIT_PORT", "65535", "port", 65535),
        ("TEVIT_PORT", "0", "port", 0),
        ("TEVIT_DEVICE", "auto", "device", None),
        ("TEVIT_DEVICE", "cuda", "device", "cuda:0"),
        ("TEVIT_DEVICE", "cuda:11", "device", "cuda:11"),
        ("TEVIT_PROJECT", "street", "project", "street"),
        ("TEVIT_FRAME_DISK_MIB", "1", "frame_disk_bytes", MIB),
        ("TEVIT_WORKER_IDLE_SECONDS", "0090", "worker_idle_seconds", 90.0),
    ],
)
def test_a_variable_sets_its_field(name: str, value: str, field: str, expected: object) -> None:
    made = make_settings(environment={name: value})
    assert getattr(made, field) == expected
    others = set(Settings.__dataclass_fields__) - {field}
    assert {f: getattr(made, f) for f in others} == {f: getattr(make_settings(environment={}), f) for f in others}


def test_of_several_processes_each_takes_a_gpu_of_its_own() -> None:
    assert make_settings(device="cuda", environment={"WORLD_SIZE": "2"}).device == "cuda"
    assert make_settings(device="cuda", environment={"WORLD_SIZE": "1"}).device == "cuda:0"
    assert make_settings(device="cuda:1", environment={"WORLD_SIZE": "2"}).device == "cuda:1"


@pytest.mark.parametrize("name", ["TEVIT_FRAME_CACHE_MIB", "TEVIT_FRAME_DISK_MIB", "TEVIT_WORKER_IDLE_SECONDS"])
@pytest.mark.parametrize("value", ["-1", "0", "1.5", "1e3", " 7", "7 ", "²", "seven", "0x10", "nan", "٣x"])
def test_a_limit_that_is_no_number_above_zero_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        make_settings(environment={name: value})


@pytest.mark.parametrize("value", ["-1", "65536", "80.5", "²", "http", "99999999999999999999", "0x50"])
def test_a_port_that_cannot_be_is_named_whether_flag_or_variable(value: str) -> None:
    with pytest.raises(SettingsError, match="port"):
        make_settings(environment={"TEVIT_PORT": value})
    if value.lstrip("-").isdecimal():
        with pytest.raises(SettingsError, match="port"):
            make_settings(port=int(value), environment={"TEVIT_PORT": "8000"})


@pytest.mark.parametrize("value", ["gpu", "CPU", "cuda:", "cuda:-1", "cuda:²", "cuda:1.0", "cuda0", "mps", "cpu:0"])
def test_a_device_that_cannot_be_is_named_whether_flag_or_variable(value: str) -> None:
    for given in ({"device": value}, {"environment": {"TEVIT_DEVICE": value}}):
        with pytest.raises(SettingsError, match="not known; use cpu or cuda:N"):
            make_settings(**{"environment": {}, **given})  # type: ignore[arg-type]


def test_all_folders_are_inside_the_data_folder_and_making_them_twice_is_fine(tmp_path: Path) -> None:
    made = make_settings(data=tmp_path / "deep" / "data", environment={})
    made.make_folders()
    (made.logs / "kept.log").write_text("kept")
    made.make_folders()
    folders = {made.videos, made.frames, made.checkpoints, made.exports, made.logs}
    assert len(folders) == 5 and all(path.is_dir() and path.parent == made.data for path in folders)
    assert (made.logs / "kept.log").read_text() == "kept"


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        make_settings(environment={}).port = 1  # type: ignore[misc]
