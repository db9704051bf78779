"""What a retraining keeps on the disk, so that a killed one goes on where it was: a folder of its own for each job.

It holds the frozen corrections, so that what people change meanwhile does not matter; the networks of the trainings
that are over; and the state of the one under way.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from app.library.kept_runs import STATE
from app.settings import Settings
from app.training.open_videos import OpenVideos
from app.training.project_clips import ProjectClips
from app.training.report import TruthShare
from model.adapting import Adapted
from model.adapting.choice import Choice
from model.atomic import replacing
from model.training.clips import ClipVideo, LabelledTrack
from model.weights import checkpoint
from model.weights.categories import with_categories

_CHOICE = "choice.json"
_OPEN = "open videos.json"
_FACTS = "adapted"  # in the provenance of a kept network
# Nothing else of a state file is executed or built when it is read.
_CLASSES = [ClipVideo, LabelledTrack, TruthShare, frozenset]


class KeptState:
    """The folder of one job."""

    def __init__(self, settings: Settings, job_id: str) -> None:
        self._folder = settings.retrainings / job_id

    def begin(self, source: ProjectClips, facts: dict[str, Any]) -> None:
        """Keep the frozen corrections and ``facts`` (plain values) of a run that begins."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with replacing(self._folder / STATE) as temporary:
            torch.save({"source": source.as_state(), "facts": facts}, temporary)

    def begun(self) -> tuple[ProjectClips, dict[str, Any]] | None:
        """What `begin` kept, or None if this run has not begun."""
        if not self.has_begun:
            return None
        with torch.serialization.safe_globals(_CLASSES):  # type: ignore[arg-type]
            state = torch.load(self._folder / STATE, weights_only=True)
        return ProjectClips.from_state(state["source"]), state["facts"]

    @property
    def has_begun(self) -> bool:
        """Whether `begin` was called for this job, in whatever process."""
        return (self._folder / STATE).is_file()

    def has(self, number: int) -> bool:
        """Whether training ``number`` is over."""
        return self._network_path(number).is_file()

    def training_path(self, number: int) -> Path:
        """The file in which training ``number`` keeps its state."""
        return self._folder / f"training-{number}.pt"

    @property
    def last_kept(self) -> int:
        """When something was kept last, in nanoseconds since 1970; 0 if nothing is kept."""
        # A name with a dot at its beginning is that of a file which is not finished.
        return max(map(_changed, self._folder.rglob("[!.]*.*")), default=0)

    @property
    def choosing_folder(self) -> Path:
        """The folder of the trainings that choose how far to go."""
        return self._folder / "choosing"

    def keep_choice(self, choice: Choice) -> None:
        """Keep how far the trainings go."""
        with replacing(self._folder / _CHOICE) as temporary:
            temporary.write_text(json.dumps(asdict(choice)), encoding="utf-8")
        shutil.rmtree(self.choosing_folder, ignore_errors=True)

    def kept_choice(self) -> Choice | None:
        """What `keep_choice` kept, or None."""
        path = self._folder / _CHOICE
        if not path.is_file():
            return None
        values = json.loads(path.read_text(encoding="utf-8"))
        return Choice(values["steps"], values["blend"], values["table"], tuple(values.get("stopped", ())))

    def open_videos(self, choose: Callable[[], OpenVideos]) -> OpenVideos:
        """The open videos of the run, chosen once: it uses the same when it goes on, and in all processes."""
        path = self._folder / _OPEN
        if not path.is_file():
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(path) as temporary:
                temporary.write_text(json.dumps(asdict(choose())), encoding="utf-8")
        values = json.loads(path.read_text(encoding="utf-8"))
        return OpenVideos(tuple(values["golden"]), tuple(values["replayed"]))

    def keep(self, number: int, adapted: Adapted, classes: tuple[str, ...]) -> None:
        """Keep the network of training ``number``, which is over, with its loss by step."""
        facts = {
            "kept": list(adapted.kept),
            "classes": list(classes),
            "steps": adapted.steps,
            "blend": adapted.blend,
            "stopped": adapted.stopped,
            "facts": adapted.facts,
            "losses": {str(step): loss for step, loss in adapted.losses.items()},
        }
        made = adapted.checkpoint
        checkpoint.save(self._network_path(number), replace(made, provenance={**made.provenance, _FACTS: facts}))
        self.training_path(number).unlink(missing_ok=True)

    def kept(self, number: int, device: str) -> Adapted | None:
        """The network of training ``number``, or None if that training is not over."""
        if not self.has(number):
            return None
        stored = checkpoint.load(self._network_path(number))
        provenance = dict(stored.provenance)
        facts = provenance.pop(_FACTS)
        made = replace(stored, provenance=provenance)
        return Adapted(
            with_categories(made, tuple(facts["classes"])).build(device),
            made,
            tuple(facts["kept"]),
            facts["steps"],
            facts["blend"],
            facts["stopped"],
            facts["facts"],
            {int(step): loss for step, loss in facts["losses"].items()},
        )

    def done(self) -> None:
        """Remove all: the run is over."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _network_path(self, number: int) -> Path:
        return self._folder / f"network-{number}.safetensors"


def _changed(file: Path) -> int:
    """When a file was written, in nanoseconds since 1970; 0 if another process of the run has removed it meanwhile."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
