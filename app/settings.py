"""Where the application keeps its things and how it runs: one frozen record, made from flags and environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import SettingsError
from app.typed_path import home_path

MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[1]  # of the repository
ASSETS = ROOT / "assets"
DATABASE_NAME = "annotations.sqlite3"


@dataclass(frozen=True)
class Settings:
    """Folders, addresses and limits of one running application.

    ``data`` is absolute. ``device`` is ``None`` (choose), ``"cpu"`` or ``"cuda:N"``; for one of several processes
    that `torchrun` started, ``"cuda"`` too: each takes another GPU. ``frame_cache_bytes`` bounds the pictures kept in
    memory, ``frame_disk_bytes`` those kept under ``data/frames``. ``worker_idle_seconds`` is how long a worker without
    work stays alive; ``stale_seconds`` how long a running job may be silent before it counts as dead.
    ``auth_file`` holds who may sign in (`app.web.sign_in`); None: there is no sign-in.
    ``allow_network``: a person accepts that everybody who reaches ``host`` may do everything.
    """

    data: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 7860
    device: str | None = None
    open_browser: bool = True
    project: str | None = None
    auth_file: Path | None = None
    allow_network: bool = False
    frame_cache_bytes: int = 192 * MIB
    frame_disk_bytes: int = 2048 * MIB
    worker_idle_seconds: float = 600.0
    stale_seconds: float = 30.0

    @property
    def videos(self) -> Path:
        """Folder of the videos that were uploaded or copied in."""
        return self.data / "videos"

    @property
    def frames(self) -> Path:
        """Folder of the cached pictures; may be deleted at any time."""
        return self.data / "frames"

    @property
    def checkpoints(self) -> Path:
        """Folder of trained and downloaded checkpoints."""
        return self.data / "checkpoints"

    @property
    def exports(self) -> Path:
        """Folder in which exports are written unless another one is named."""
        return self.data / "exports"

    @property
    def retrainings(self) -> Path:
        """Folder in which each retraining that is not over keeps its state, in a folder with the id of its job."""
        return self.data / "retraining"

    @property
    def logs(self) -> Path:
        """Folder of the logs of workers and training runs."""
        return self.data / "logs"

    def make_folders(self) -> None:
        """Create the data folder and its parts. Raises `SettingsError` with the reason."""
        for folder in (self.data, self.videos, self.frames, self.checkpoints, self.exports, self.logs):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                message = f"The data folder {folder} cannot be made ({error.strerror}); name another with --data."
                raise SettingsError(message) from error

    def flags(self) -> list[str]:
        """The command-line flags that give another process the same data, database and device."""
        flags = ["--data", str(self.data), "--database", self.database_url]
        return flags if self.device is None else [*flags, "--device", self.device]


def make_settings(
    *,
    data: str | Path | None = None,
    database: str | None = None,
    host: str | None = None,
    port: int | None = None,
    device: str | None = None,
    open_browser: bool = True,
    project: str | None = None,
    auth_file: str | Path | None = None,
    allow_network: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Settings from flags; what is ``None`` comes from ``TEVIT_DATA``, ``TEVIT_DATABASE``, …, else from the defaults.

    Raises `SettingsError` for a port or device that cannot be, `app.errors.BadInput` for a home folder of nobody.
    """
    env = os.environ if environment is None else environment
    folder = data_folder(data, env)
    return Settings(
        data=folder,
        database_url=_database(database or env.get("TEVIT_DATABASE"), folder),
        host=host or env.get("TEVIT_HOST") or "127.0.0.1",
        port=_port(env.get("TEVIT_PORT") if port is None else port),
        device=_device(device or env.get("TEVIT_DEVICE"), together=env.get("WORLD_SIZE", "") not in {"", "1"}),
        open_browser=open_browser,
        project=project or env.get("TEVIT_PROJECT") or None,
        auth_file=None if auth_file is None else home_path(auth_file).resolve(),
        allow_network=allow_network,
        frame_cache_bytes=_positive(env, "TEVIT_FRAME_CACHE_MIB", 192) * MIB,
        frame_disk_bytes=_positive(env, "TEVIT_FRAME_DISK_MIB", 2048) * MIB,
        worker_idle_seconds=float(_positive(env, "TEVIT_WORKER_IDLE_SECONDS", 600)),
    )


def data_folder(data: str | Path | None, environment: Mapping[str, str] | None = None) -> Path:
    """The absolute data folder: ``data``, else the one of ``TEVIT_DATA``, else ``data`` here. Raises `BadInput`."""
    env = os.environ if environment is None else environment
    return home_path(data or env.get("TEVIT_DATA") or "data").resolve()


def segmenter_folder(environment: Mapping[str, str] | None = None) -> Path | None:
    """The folder of weights of an optional segmenter, which ``TEVIT_SEGMENTER`` names; None: none is named."""
    named = (os.environ if environment is None else environment).get("TEVIT_SEGMENTER")
    return home_path(named).resolve() if named else None


def _database(url: str | None, folder: Path) -> str:
    """The URL that means the same in every process: a worker runs in another folder than the server."""
    if not url:
        from sqlalchemy import URL  # heavy, and the command line shows its help without it

        # By SQLAlchemy's own spelling: a folder's name may hold a ?, a % or a # that has a meaning in a URL.
        return URL.create("sqlite", database=str(folder / DATABASE_NAME)).render_as_string()
    path = url.removeprefix("sqlite:///")
    if path == url or path.startswith(("/", "file:", ":memory:")):
        return url
    return f"sqlite:///{home_path(path).resolve()}"


def _port(value: int | str | None) -> int:
    if value is None or value == "":
        return 7860
    try:
        port = int(value)
    except ValueError:
        raise SettingsError(f"The port {value!r} is not a number; use one from 1 to 65535.") from None
    if not 0 <= port <= 65535:
        raise SettingsError(f"The port {port} does not exist; use one from 1 to 65535.")
    return port


def _device(value: str | None, *, together: bool) -> str | None:
    if value is None or value in {"", "auto"}:
        return None
    if value == "cuda":
        return "cuda" if together else "cuda:0"
    if value == "cpu" or (value.startswith("cuda:") and value[5:].isdecimal()):
        return value
    raise SettingsError(f"The device {value!r} is not known; use cpu or cuda:N.")


def _positive(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name)
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise SettingsError(f"The environment variable {name} is {text!r}; it must be a whole number above zero.")
    return int(text)
