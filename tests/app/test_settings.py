"""Settings from flags and environment."""

from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings import MIB, make_settings


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
