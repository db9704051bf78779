"""Records of checkpoints that no database holds."""

from typing import Any

from app.settings import Settings
from storage.checkpoints import Checkpoint


def registered(settings: Settings, name: str, *, sha256: str | None = None, on_disk: bool = True) -> Checkpoint:
    """A checkpoint record whose file (without a network in it) is there or not."""
    path = settings.checkpoints / f"{name}.safetensors"
    if on_disk:
        path.write_bytes(b"")
    facts: dict[str, Any] = dict.fromkeys(("project_id", "parent_sha256", "provenance", "metrics", "removed"))
    return Checkpoint(
        id=name,
        name=name,
        path=str(path.relative_to(settings.data)),
        sha256=sha256 or f"hash of {name}",
        config="tevit_tiny",
        categories=("fish",),
        size_bytes=0,
        created=0.0,
        **facts,
    )
