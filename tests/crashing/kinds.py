"""The kinds of kills: what is running then, which process is killed, and what must be true afterwards."""

import filecmp
import json
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from model.weights.checkpoint import file_hash
from storage import checkpoints, imports, tracks, videos
from tests.crashing.world import IMPORTED, World, children_of, kill
from tests.crashing.writers import call
from tests.storage.made_videos import make_video
from tests.waiting import wait_for

STEPS = 2  # of a retraining
COPIED_FRAMES = 900


@dataclass
class Activity:
    """What was begun: ``job`` its id, None without a job; ``place`` what it copies or writes."""

    job: str | None = None
    place: Path | None = None
    answered: list[int] = field(default_factory=list)
    thread: threading.Thread | None = None

    def wait(self, world: World) -> None:
        """Return when it has ended by itself."""
        if self.job is not None:
            world.ended(self.job)
        if self.thread is not None:
            self.thread.join()


@dataclass(frozen=True)
class Kind:
    """One kind. ``begin`` returns when the work has begun, ``strike`` kills, ``untold`` returns what is not true."""

    name: str
    begin: Callable[[World], Activity]
    strike: Callable[[World, Activity], None]
    untold: Callable[[World, Activity], list[str]]
    ends_server: bool = False
    from_begin: bool = False  # the kill may come while the work still begins


def _nothing(world: World) -> Activity:
    return Activity()


def _kill_server(world: World, activity: Activity) -> None:
    world.kill_server()


def _kill_worker(world: World, activity: Activity) -> None:
    kill(world.worker())


def _kill_child(world: World, activity: Activity) -> None:
    """Kill the process that trains; where it has not begun or has ended, the worker."""
    worker = world.worker()
    for victim in children_of(worker) or [worker]:
        kill(victim)


def _true(world: World, activity: Activity) -> list[str]:
    return []


def _begin_proposal(world: World) -> Activity:
    job = world.enqueue("propose", world.drawing, world.proposed.id, checkpoint=world.checkpoint)
    world.begun(job)
    return Activity(job)


def _queue_proposal(world: World) -> Activity:
    """As `_begin_proposal`, without waiting for a worker, so that one is killed that just starts too."""
    return Activity(world.enqueue("propose", world.drawing, world.proposed.id, checkpoint=world.checkpoint))


def _untold_proposal(world: World, activity: Activity) -> list[str]:
    """A proposal goes on in another process until it is done."""
    job = world.ended(str(activity.job))
    return [] if job.status == "done" else [f"The proposal is {job.status}: {job.error}."]


def _begin_import(world: World) -> Activity:
    name = f"import {uuid.uuid4().hex[:8]}"
    file = world.folder / f"{name}.json"
    file.write_bytes(world.file.read_bytes())
    job = world.enqueue("import", world.imports, file=str(file), frames=str(world.frames), repeat="again", stride=None)
    world.begun(job)
    return Activity(job, file)


def _untold_import(world: World, activity: Activity) -> list[str]:
    """Done: all videos with all tracks are there. Else: none of it is visible."""
    job = world.ended(str(activity.job))
    with world.database.read() as tx:
        of_file = {one.id for one in imports.list_imports(tx, world.imports.id) if one.path == str(activity.place)}
        ours = [video for video in videos.list_videos(tx, world.imports.id) if video.import_id in of_file]
        numbers = sorted(len(tracks.list_tracks(tx, video.id)) for video in ours)
    wanted = [2] * len(IMPORTED) if job.status == "done" else []
    if numbers == wanted:
        return []
    return [f"The import is {job.status} ({job.error}), with {len(ours)} videos of {numbers} tracks."]


def _begin_export(world: World) -> Activity:
    out = world.settings.exports / uuid.uuid4().hex
    job = world.enqueue("export", world.exports, out=str(out))
    world.begun(job)
    return Activity(job, out)


def _untold_export(world: World, activity: Activity) -> list[str]:
    """Done: the folder is there with all its files. Else: there is no folder."""
    job, out = world.ended(str(activity.job)), activity.place
    assert out is not None
    whole = out.is_dir() and len(json.loads((out / "instances.json").read_text())["videos"]) == len(IMPORTED)
    pictures = sum(1 for _ in out.glob("JPEGImages/*/*")) if out.exists() else 0
    if whole is (job.status == "done") and out.exists() is whole and pictures == (3 * len(IMPORTED) if whole else 0):
        return []
    return [f"The export is {job.status} ({job.error}), and its folder has {pictures} pictures."]


def _begin_retraining(world: World) -> Activity:
    job = world.enqueue("retrain", world.teaching, steps=STEPS)
    world.begun(job)
    wait_for(lambda: children_of(world.worker()) or not world.job(job).active)
    return Activity(job)


def _untold_retraining(world: World, activity: Activity) -> list[str]:
    """Done: its checkpoint is registered, and its file is whole. Else: no checkpoint came of it."""
    job = world.ended(str(activity.job))
    with world.database.read() as tx:
        rounds = [found for found in checkpoints.list_checkpoints(tx) if found.name.startswith("round ")]
    broken = [found.name for found in rounds if file_hash(world.settings.data / found.path) != found.sha256]
    problems = [f"The file of the checkpoint {name} is another one than was registered." for name in broken]
    named = dict(job.result or {}).get("checkpoint")
    ours = [found for found in rounds if found.created >= (job.started or 0)]
    if [found.id for found in ours] != ([named] if job.status == "done" else []):
        problems.append(f"The retraining is {job.status} ({job.error}), with {len(ours)} new checkpoints.")
    return problems


def _begin_copy(world: World) -> Activity:
    source = world.folder / f"film {uuid.uuid4().hex[:8]}.mp4"
    if not (original := world.folder / "original.mp4").exists():
        make_video(original, frames=COPIED_FRAMES)
    source.hardlink_to(original)
    activity, sent = Activity(place=source), threading.Event()

    def copy() -> None:
        with suppress(OSError, HTTPException):
            activity.answered.append(_copy(world, source, sent))

    activity.thread = threading.Thread(target=copy)
    activity.thread.start()
    sent.wait()
    return activity


def _copy(world: World, source: Path, sent: threading.Event) -> int:
    path = f"/data/projects/{world.copies.id}/videos"
    status, _ = call(world.host, "POST", path, {"path": str(source), "copy_in": True}, sent=sent.set)
    return int(status)


def _untold_copy(world: World, activity: Activity) -> list[str]:
    """What was acknowledged is there; asked again, the copy is made or told to be there already. It is whole, once."""
    source = activity.place
    assert source is not None and activity.thread is not None
    activity.thread.join()
    before = _copies(world, source)
    problems = [] if len(before) == 1 or 200 not in activity.answered else [f"The copy of {source.name} is gone."]
    again = _copy(world, source, threading.Event())
    now = _copies(world, source)
    if again not in ({400, 409} if before else {200}) or len(now) != 1:
        problems.append(f"{source.name} was there {len(before)} times; asked again ({again}), {len(now)} times.")
    return problems + [f"The copy {path} is not whole." for path in now if not filecmp.cmp(path, source, shallow=False)]


def _copies(world: World, source: Path) -> list[Path]:
    with world.database.read() as tx:
        return [Path(video.path) for video in videos.list_videos(tx, world.copies.id) if video.name == source.stem]


KINDS = (
    Kind("server", _nothing, _kill_server, _true, ends_server=True),
    Kind("worker", _queue_proposal, _kill_worker, _untold_proposal, from_begin=True),
    Kind("proposal", _begin_proposal, _kill_worker, _untold_proposal),
    Kind("import", _begin_import, _kill_worker, _untold_import),
    Kind("export", _begin_export, _kill_worker, _untold_export),
    Kind("copy", _begin_copy, _kill_server, _untold_copy, ends_server=True),
    Kind("retraining", _begin_retraining, _kill_child, _untold_retraining),
)
