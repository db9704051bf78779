"""The factory checkpoint: the one that comes with the program and proposes where nobody chose another one."""

import json
import shutil
from pathlib import Path

from app.checkpoints.releases import DEMO
from app.settings import ASSETS, Settings
from storage import checkpoints
from storage.atomic import replacing
from storage.checkpoints import Checkpoint
from storage.database import Database

FOLDER = ASSETS / "demo"


def ensure_factory(database: Database, settings: Settings, *, assets: Path = FOLDER) -> Checkpoint:
    """The registered factory checkpoint; where it is missing, it is copied from ``assets`` into the data folder.

    Raises `OSError` where this copy of the program lacks its files.
    """
    with database.read() as tx:
        known = checkpoints.find_checkpoint(tx, DEMO)
    if known is not None:
        return known
    described = json.loads((assets / "checkpoint.json").read_text())
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    path = settings.checkpoints / "demo.safetensors"
    with replacing(path) as part:
        shutil.copyfile(assets / "checkpoint.safetensors", part)
    with database.atomic() as tx:
        known = checkpoints.find_checkpoint(tx, DEMO)
        if known is not None:
            return known  # another process was quicker
        return checkpoints.add_checkpoint(
            tx,
            name=DEMO,
            path=str(path.relative_to(settings.data)),
            sha256=described["sha256"],
            config=described["config"],
            categories=described["categories"],
            size_bytes=path.stat().st_size,
            provenance=described["provenance"],
            metrics=described["metrics"],
        )
