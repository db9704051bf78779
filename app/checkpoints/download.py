"""Use cases: finding the model that a person names, fetching a release so that a broken line costs nothing, exporting.

`app.checkpoints.register` is what takes a file in and registers it; here is what comes before and after.
"""

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.checkpoints.choice import DEMO, RELEASES
from app.checkpoints.class_map import class_names
from app.checkpoints.register import CheckpointFile, add_file, free_of_slashes, release, release_url
from app.checkpoints.warm import checkpoint_path
from app.errors import BadInput, Cancelled
from app.settings import ASSETS, Settings
from app.worker.work import Work
from storage import checkpoints as models
from storage.atomic import put_in_place, write_text
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.errors import NameTaken

DEMO_FILE = ASSETS / "demo" / "checkpoint.safetensors"
DOWNLOADS = ".downloads"
RECORD = "releases.json"
BLOCK = 1 << 20
PATIENCE_SECONDS = 30
Report = Callable[[float, str], None]


class DownloadFailed(BadInput):
    """A release could not be fetched; what arrived is kept for the next try."""


@dataclass(frozen=True)
class FoundModel:
    """A model ready to be built: its name, file, sha256, and `model.weights.checkpoint.Checkpoint` with class names."""

    name: str
    path: Path
    sha256: str
    checkpoint: Any
    categories: tuple[str, ...]


def find_model(settings: Settings, name_or_file: str, *, config: str | None = None) -> FoundModel:
    """The model called ``demo``, a registered checkpoint, a downloaded release by its configuration's name, or a file.

    ``config`` names the configuration of a file that does not say it itself. Raises `BadInput`,
    `model.weights.checkpoint.CheckpointError` where the file does not fit its configuration.
    """
    from model.config import named
    from model.weights import checkpoint as files

    path = locate(settings, name_or_file)
    loaded = files.load(path, config=named(config) if config else None)
    return FoundModel(name_or_file, path, files.file_hash(path), loaded, class_names(loaded.categories))


def locate(settings: Settings, name_or_file: str) -> Path:
    """Path of the file that `find_model` reads; needs no torch. Raises `BadInput`."""
    if name_or_file == DEMO and DEMO_FILE.is_file():
        return DEMO_FILE
    registered = _registered(settings, name_or_file)
    if registered is not None:
        path = checkpoint_path(settings, registered)
        if not path.is_file():
            raise BadInput(f"The file of the checkpoint {registered.name} is gone ({path}); add it again.")
        return path
    if Path(name_or_file).is_file():
        return Path(name_or_file)
    if name_or_file in {known.name for known in RELEASES}:
        raise BadInput(f"The release {name_or_file} is not here yet; fetch it with: models download {name_or_file}.")
    from app.checkpoints.starting_points import known  # which itself needs this module

    if known(name_or_file):
        raise BadInput(f"{name_or_file} is what training starts from (train --init), no model that proposes.")
    raise BadInput(
        f"There is no model {name_or_file!r}: neither a checkpoint of this data folder (models list shows them), "
        "nor a published release, nor a file."
    )


def find_checkpoint(database: Database, name: str) -> Checkpoint:
    """The registered checkpoint of this name. Raises `BadInput` that names those there are."""
    with database.read() as tx:
        found = models.find_checkpoint(tx, name)
        known = [one.name for one in models.list_checkpoints(tx)]
    if found is None:
        there = f"there are {', '.join(known)}" if known else "there is none yet"
        raise BadInput(f"There is no checkpoint {name!r} in this data folder; {there}.")
    return found


def download(
    database: Database,
    settings: Settings,
    *,
    name: str,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
    url: str | None = None,
) -> Checkpoint:
    """Fetch a published checkpoint, register it for every project, and return it.

    What arrives is kept under a hidden name until it is whole, and a later call goes on from there. The sha256 of the
    first complete file is recorded; another file under the same address is refused later. A release that is here, as it
    was recorded, is returned as it is. ``url`` replaces the published address. Raises `BadInput` (`DownloadFailed`
    without a network, and for what is no checkpoint), `NameTaken`, `Cancelled`.
    """
    release(name)
    folder = settings.checkpoints / DOWNLOADS
    address = url or release_url(name)
    with database.read() as tx:
        found = models.find_checkpoint(tx, name)
    if found is not None:
        return _as_recorded(settings, found, folder / RECORD, address)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{name}.pth.part"
    fetch(address, part, name=name, report=report, cancelled=cancelled)
    report(0.96, "Checking")
    digest = digest_of(part)
    require_same(folder / RECORD, part, address, digest, fetched=True)
    whole = folder / f"{name}.pth"
    put_in_place(part, whole)
    made = _take_in(database, settings, CheckpointFile(whole, name, name, f"{address} {digest}"), address)
    remember(folder / RECORD, address, digest)  # of a sound file only: a broken one must not stand for the release
    return made


def _take_in(database: Database, settings: Settings, file: CheckpointFile, address: str) -> Checkpoint:
    """Register what was fetched and remove it; what is no checkpoint is told without its path, gone by then."""
    from model.weights.checkpoint import CheckpointError

    try:
        return add_file(database, settings, file, project_id=None)
    except BadInput as error:
        if not isinstance(error.__cause__, CheckpointError):
            raise
        reason = str(error.__cause__).removeprefix(f"{file.path}: ").rstrip(".")
        raise DownloadFailed(
            f"What came from {address} is not {file.name}: {reason}; it was thrown away. Repeat the command to fetch "
            "it anew."
        ) from error
    finally:
        file.path.unlink(missing_ok=True)


def _as_recorded(settings: Settings, found: Checkpoint, record: Path, address: str) -> Checkpoint:
    """``found``, if it is the release of this address as it was taken in. Raises `NameTaken`, `BadInput`."""
    from model.weights import checkpoint as files

    path = checkpoint_path(settings, found)
    if not path.is_file() or digest_of(path) != found.sha256:
        raise BadInput(
            f"The checkpoint {found.name} is registered, but its file {path} is gone or another one than before; put "
            f"it back from a copy, or fetch {address} and add it under another name (models add FILE --name NAME)."
        )
    # The record is written last: after a crash just before, the address that the file itself names is enough.
    digest = _known_digests(record).get(address, "")
    if not str(files.load(path).provenance.get("origin")).startswith(f"{address} {digest}"):
        raise NameTaken("checkpoint", found.name)
    return found


def download_job(work: Work) -> Mapping[str, Any]:
    """``{"name": release}``: fetches a release, for the worker."""
    name = work.job.parameters["name"]
    made = download(work.database, work.settings, name=name, report=work.report, cancelled=work.report.cancelled)
    return {"checkpoint": made.id, "name": made.name, "sentence": f"{made.name} is downloaded and can be put in use."}


def fetch(address: str, part: Path, *, name: str, report: Report, cancelled: Callable[[], bool]) -> None:
    """Bring ``part`` to the whole length of the file at ``address``, going on where it ends.

    Raises `DownloadFailed`; ``part`` then holds what came. `Cancelled` likewise.
    """
    try:
        with _open(address, part) as answer:
            begin = _begin_of(answer, part)
            total = begin + int(answer.headers.get("content-length") or 0)
            if answer.headers.get_content_type() == "text/html":
                raise DownloadFailed(
                    f"{address} answers with a web page instead of {name}; is a login page in between?"
                )
            with part.open("ab" if begin else "wb") as file:
                done = _copy(answer, file, begin=begin, total=total, report=report, cancelled=cancelled)
    except urllib.error.HTTPError as error:
        if error.code == 416 and part.exists():
            return  # nothing is missing
        raise DownloadFailed(
            f"{name} could not be downloaded ({address} answers {error.code} {error.reason})."
        ) from error
    except http.client.HTTPException as error:
        raise DownloadFailed(_broken_off(name, part)) from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        raise DownloadFailed(
            f"{name} could not be downloaded ({reason}); check the network and repeat it, or fetch {address} by other "
            "means and add it as a file."
        ) from error
    if total > begin and done != total:
        raise DownloadFailed(_broken_off(name, part))


def export_official(database: Database, settings: Settings, *, name: str, out: Path | None = None) -> tuple[Path, str]:
    """Write a checkpoint in the layout of the official code; returns the path, and what else has to be changed there.

    ``name`` as in `find_model`; ``out`` defaults to the exports folder. Raises `BadInput`, `CheckpointError`.
    """
    from model.weights import checkpoint as files

    found = find_model(settings, name)
    target = out or settings.exports / f"{free_of_slashes(Path(name).stem if out is None else out.stem)}.pth"
    if target.suffix != ".pth":
        raise BadInput(f"The official layout is a .pth file; {target} ends otherwise.")
    files.export_official(target, found.checkpoint)
    classes = found.checkpoint.config.classes
    if classes == 40:
        return target, ""
    return target, (
        f"This head has {classes} classes: in the official configuration set num_classes={classes} in the six "
        "bbox_head and six mask_head entries, and CLASSES of the data set to the list in the file's meta."
    )


def _registered(settings: Settings, name: str) -> Checkpoint | None:
    """The registered checkpoint, if any; a database is only read, never made for asking."""
    if settings.database_url.startswith("sqlite:///") and not Path(settings.database_url[10:]).is_file():
        return None
    with Database.open(settings.database_url) as database, database.read() as tx:
        return models.find_checkpoint(tx, name)


def _open(address: str, part: Path) -> Any:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=PATIENCE_SECONDS)


def _begin_of(answer: Any, part: Path) -> int:
    """How many bytes of ``part`` stay: all when the server goes on from there, none when it begins again."""
    if answer.status != 206:
        return 0
    have = part.stat().st_size
    first = answer.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
    if first != str(have):
        raise DownloadFailed(
            f"The server went on at byte {first or '?'} instead of {have}; remove {part} and repeat it."
        )
    return have


def _copy(answer: Any, file: Any, *, begin: int, total: int, report: Report, cancelled: Callable[[], bool]) -> int:
    done = begin
    # What has come is written at once: a line that falls silent within a block must not cost what came of it.
    while block := answer.read1(BLOCK):
        if cancelled():
            raise Cancelled
        file.write(block)
        done += len(block)
        report(0.95 * min(done / max(total, 1), 1.0), f"{done / 1e6:.0f} of {total / 1e6:.0f} MB")
    return done


def _broken_off(name: str, part: Path) -> str:
    size = part.stat().st_size if part.exists() else 0
    return f"The download of {name} broke off after {size / 1e6:.0f} MB; repeat the command to go on from there."


def digest_of(path: Path) -> str:
    """sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_same(record: Path, path: Path, address: str, digest: str, *, fetched: bool = False) -> None:
    """Refuse a file whose sha256 is not the one that ``record`` holds for its address, if it holds one.

    One that was ``fetched`` just now is removed; any other one may have been put there by a person, and stays.
    """
    expected = _known_digests(record).get(address, digest)
    if expected == digest:
        return
    differs = f"is another one than before (sha256 {digest[:12]} instead of {expected[:12]})"
    if not fetched:
        raise DownloadFailed(f"The file {path} {differs}; remove it and fetch it anew.")
    path.unlink()
    raise DownloadFailed(
        f"The file at {address} {differs}; it was thrown away. If the change is known, remove {record} and repeat it."
    )


def remember(record: Path, address: str, digest: str) -> None:
    """Record the sha256 of the first sound file of an address."""
    known = {address: digest} | _known_digests(record)
    write_text(record, json.dumps(known, indent=1) + "\n")


def _known_digests(record: Path) -> dict[str, str]:
    return json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}


JOBS = {"download": download_job}
"""Kinds of jobs and what does each, for the worker."""
