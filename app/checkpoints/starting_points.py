"""Downloads and finds the published files that training can start from; ``--init`` takes their names.

They are no checkpoints, since they cannot propose. They are stored unchanged, in a folder of their own.
"""

from collections.abc import Callable
from pathlib import Path

from app.checkpoints.download import DOWNLOADS, RECORD, digest_of, fetch, remember, require_same
from app.checkpoints.find import locate
from app.checkpoints.releases import StartingPoint, starting_point
from app.errors import BadInput
from app.progress import Report
from app.settings import Settings
from storage.atomic import put_in_place

FOLDER = "starting_points"


def path_of(settings: Settings, point: StartingPoint) -> Path:
    """The place of a downloaded starting point."""
    return settings.checkpoints / FOLDER / f"{point.name}.pth"


def download_starting_point(
    settings: Settings,
    point: StartingPoint,
    *,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
    url: str | None = None,
) -> Path:
    """Download a starting point, or continue an interrupted download; returns its path.

    The sha256 of the first complete and valid file is recorded, and any other file is refused later. ``url`` replaces
    the published address. Raises `BadInput` (`DownloadFailed` without a network), `Cancelled`.
    """
    target = path_of(settings, point)
    record = settings.checkpoints / DOWNLOADS / RECORD
    address = url or point.address
    if target.is_file():
        require_same(record, target, address, digest_of(target))
        return target
    record.parent.mkdir(parents=True, exist_ok=True)
    part = record.parent / f"{point.name}.pth.part"
    fetch(address, part, name=point.name, report=report, cancelled=cancelled)
    report(0.96, "Checking")
    digest = digest_of(part)
    require_same(record, part, address, digest, fetched=True)
    _require_sound(part, point, digest, address)
    target.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(part, target)
    remember(record, address, digest)
    return target


def find_start(settings: Settings, name_or_file: str) -> Path:
    """The file that ``--init`` names: that of a starting point, or as `app.checkpoints.find.locate` finds it.

    Raises `BadInput`, also if a starting point is not downloaded or its file differs from the first download.
    """
    point = starting_point(name_or_file)
    if point is None or Path(name_or_file).is_file():
        return locate(settings, name_or_file)
    path = path_of(settings, point)
    if not path.is_file():
        raise BadInput(f"The starting point {point.name} is not here yet; fetch it with: models download {point.name}.")
    require_same(settings.checkpoints / DOWNLOADS / RECORD, path, point.address, digest_of(path))
    return path


def _require_sound(part: Path, point: StartingPoint, digest: str, address: str) -> None:
    """Raise `BadInput` and remove the downloaded file if it is not of the starting point's kind or hash."""
    from model.weights.files import CheckpointError, read_weights
    from model.weights.starting_points import recognise

    reason = ""
    if not digest.startswith(point.sha256):
        reason = f"its sha256 begins with {digest[:8]}, its name says {point.sha256}"
    else:
        try:
            kind = recognise(read_weights(part))
            reason = "" if kind == point.kind else f"it is another file ({kind})"
        except CheckpointError as error:
            reason = str(error).removeprefix(f"{part}: ").rstrip(".")
    if reason:
        part.unlink()
        raise BadInput(f"What came from {address} is not {point.name}: {reason}; it was thrown away.")
