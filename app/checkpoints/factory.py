"""The checkpoints that come with the program.

``demo`` is the factory one: it proposes where nobody chose another. ``lite`` is what new projects are made with.
"""

import json
import shutil
from pathlib import Path

from app.checkpoints.releases import DEMO, LITE
from app.settings import ASSETS, Settings
from storage import checkpoints
from storage.atomic import replacing
from storage.checkpoints import Checkpoint
from storage.database import Database

FOLDER = ASSETS / "demo"
LITE_FOLDER = ASSETS / "lite"


def ensure_factory(database: Database, settings: Settings, *, assets: Path = FOLDER, name: str = DEMO) -> Checkpoint:
    """The registered factory checkpoint; where it is missing, it is copied from ``assets`` into the data folder.

    ``name`` and ``assets`` say which one of those that come with the program is meant.

    Raises `OSError` where this copy of the program lacks its files.
    """
    with database.read() as tx:
        known = checkpoints.find_checkpoint(tx, name)
    if known is not None:
        return known
    described = json.loads((assets / "checkpoint.json").read_text())
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    path = settings.checkpoints / f"{name}.safetensors"
    with replacing(path) as part:
        shutil.copyfile(assets / "checkpoint.safetensors", part)
    with database.atomic() as tx:
        known = checkpoints.find_checkpoint(tx, name)
        if known is not None:
            return known  # another process was quicker
        return checkpoints.add_checkpoint(
            tx,
            name=name,
            path=str(path.relative_to(settings.data)),
            sha256=described["sha256"],
            config=described["config"],
            categories=described["categories"],
            size_bytes=path.stat().st_size,
            provenance=described["provenance"],
            metrics=described["metrics"],
        )


def ensure_lite(database: Database, settings: Settings, *, assets: Path = LITE_FOLDER) -> Checkpoint | None:
    """The registered ``lite``, as :func:`ensure_factory`; None where this copy of the program lacks its files."""
    if not (assets / "checkpoint.json").is_file():
        return None
    return ensure_factory(database, settings, assets=assets, name=LITE)


def ensure_built_in(database: Database, settings: Settings) -> None:
    """Register ``demo`` and ``lite``, as far as this copy of the program has their files."""
    ensure_lite(database, settings)
    if (FOLDER / "checkpoint.json").is_file():
        ensure_factory(database, settings)
