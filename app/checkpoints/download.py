"""Downloads a published checkpoint and registers it; an interrupted download continues where it ended."""

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from app.checkpoints.find import checkpoint_path
from app.checkpoints.register import CheckpointFile, Then, add_file
from app.checkpoints.releases import release, release_url
from app.errors import BadInput, Cancelled
from app.progress import Report
from app.settings import Settings
from storage import checkpoints
from storage.atomic import put_in_place, write_text
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.errors import NameTaken

DOWNLOADS = ".downloads"
RECORD = "releases.json"
BLOCK = 1 << 20
PATIENCE_SECONDS = 30  # without a byte, until the server counts as silent


class DownloadFailed(BadInput):
    """A file could not be downloaded; the bytes that arrived are kept for the next try."""


def download(
    database: Database,
    settings: Settings,
    *,
    name: str,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
    url: str | None = None,
    then: Then = lambda tx, made: None,
) -> Checkpoint:
    """Download a published checkpoint, register it for every project, and return it.

    An incomplete file is kept in a hidden folder, and a later call continues it. The sha256 of the first complete file
    is recorded; a different file from the same address is refused later. A release that is registered already and
    agrees with the record is returned at once. ``url`` replaces the published address; ``then`` is called in the
    transaction that registers it. Raises `BadInput`
    (`DownloadFailed` without a network, or if the file is no checkpoint), `NameTaken`, `Cancelled`.
    """
    release(name)
    folder = settings.checkpoints / DOWNLOADS
    address = url or release_url(name)
    with database.read() as tx:
        found = checkpoints.find_checkpoint(tx, name)
    if found is not None:
        return _as_recorded(settings, found, folder / RECORD, address)
    folder.mkdir(parents=True, exist_ok=True)
    whole = folder / f"{name}.pth"
    part = _part_of(whole)
    fetch(address, part, name=name, report=report, cancelled=cancelled)
    report(0.96, "Checking")
    digest = digest_of(part, cancelled=cancelled)
    require_same(folder / RECORD, part, address, digest, fetched=True)
    put_in_place(part, whole)
    file = CheckpointFile(whole, name, name, f"{address} {digest}")
    made = _take_in(database, settings, file, address, cancelled, then)
    remember(folder / RECORD, address, digest)  # only now: the hash of a broken file must not become the release's
    return made


def _take_in(
    database: Database,
    settings: Settings,
    file: CheckpointFile,
    address: str,
    cancelled: Callable[[], bool],
    then: Then,
) -> Checkpoint:
    """Register the downloaded file and delete the download; if it is cancelled, the download stays.

    If it is no checkpoint, raise `DownloadFailed` without the path, which no longer exists.
    """
    from model.weights.checkpoint import CheckpointError

    try:
        return add_file(database, settings, file, project_id=None, cancelled=cancelled, then=then)
    except Cancelled:
        put_in_place(file.path, _part_of(file.path))  # the next try has all bytes
        raise
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


def _part_of(whole: Path) -> Path:
    """Where the bytes of a file lie that has not arrived yet."""
    return whole.with_name(f"{whole.name}.part")


def _as_recorded(settings: Settings, found: Checkpoint, record: Path, address: str) -> Checkpoint:
    """``found``, if it is the recorded release of this address.

    Raises `NameTaken` if it is another checkpoint, `BadInput` if its file is gone or changed.
    """
    from model.weights import checkpoint

    path = checkpoint_path(settings, found)
    if not path.is_file() or digest_of(path) != found.sha256:
        raise BadInput(
            f"The checkpoint {found.name} is registered, but its file {path} is gone or another one than before; put "
            f"it back from a copy, or fetch {address} and add it under another name (models add FILE --name NAME)."
        )
    # The record is written last. After a crash just before that, the address in the file's provenance is enough.
    digest = _known_digests(record).get(address, "")
    if not str(checkpoint.load(path).provenance.get("origin")).startswith(f"{address} {digest}"):
        raise NameTaken("checkpoint", found.name)
    return found


def fetch(address: str, part: Path, *, name: str, report: Report, cancelled: Callable[[], bool]) -> None:
    """Append the missing bytes of the file at ``address`` to ``part``; ``name`` stands for it in messages.

    Raises `DownloadFailed`, `Cancelled`; ``part`` then has all bytes that arrived.
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


def _open(address: str, part: Path) -> http.client.HTTPResponse:
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    return urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=PATIENCE_SECONDS)


def _begin_of(answer: http.client.HTTPResponse, part: Path) -> int:
    """Number of bytes of ``part`` to keep: all if the server continues there, none if it starts from the beginning."""
    if answer.status != 206:
        return 0
    have = part.stat().st_size
    first = answer.headers.get("content-range", "").removeprefix("bytes ").partition("-")[0]
    if first != str(have):
        raise DownloadFailed(
            f"The server went on at byte {first or '?'} instead of {have}; remove {part} and repeat it."
        )
    return have


def _copy(
    answer: http.client.HTTPResponse,
    file: BinaryIO,
    *,
    begin: int,
    total: int,
    report: Report,
    cancelled: Callable[[], bool],
) -> int:
    """Append the answer to ``file``; returns the number of bytes that it has then. Raises `Cancelled`."""
    done = begin
    # Not read(): it waits for a whole block, so a connection that stalls would lose the part of it that arrived.
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


def digest_of(path: Path, *, cancelled: Callable[[], bool] = lambda: False) -> str:
    """sha256 of a file, in hexadecimal digits. Raises `Cancelled`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if cancelled():
                raise Cancelled
            digest.update(block)
    return digest.hexdigest()


def require_same(record: Path, path: Path, address: str, digest: str, *, fetched: bool = False) -> None:
    """Raise `DownloadFailed` if ``record`` has another sha256 for the address than ``digest``.

    A file that was ``fetched`` just now is then removed; any other file may be a person's, and stays.
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
    """Record the sha256 of an address, if it has none yet."""
    known = {address: digest} | _known_digests(record)
    write_text(record, json.dumps(known, indent=1) + "\n")


def _known_digests(record: Path) -> dict[str, str]:
    return json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
