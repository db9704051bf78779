"""Videos and tracks for the benchmark of the editor: fifty tracks on every frame, and a project of many videos."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.library.videos import add_video
from app.settings import make_settings
from storage import rle, videos
from storage.database import Database
from tests.benchmarks._served import Served
from tests.benchmarks.long_video import code_part

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}
TRACKS = 50
FRAMES = 60
CORNERS = 40
# Changes in one edit, so that a request stays small.
PART = 500


def blob(random: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Corners (CORNERS x 2, pixels) of a lumpy disc, about 1 % of the picture."""
    width, height = size
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = height * random.uniform(0.05, 0.11) * (1 + 0.18 * np.sin(3 * angles + random.uniform(0, 6)))
    centre = random.uniform((0.12 * width, 0.12 * height), (0.88 * width, 0.88 * height))
    return np.stack((centre[0] + radius * np.cos(angles), centre[1] + radius * np.sin(angles)), axis=1)


def track_changes(size: tuple[int, int], seed: int) -> Iterator[dict[str, Any]]:
    """A track that drifts over all frames, as changes of an edit."""
    random = np.random.default_rng(seed)
    shape, drift = blob(random, size), random.uniform(-0.002, 0.002, 2) * size
    track = str(uuid.uuid4())
    yield {"track": track, "frame": None, "before_version": 0, "after": {}}
    for frame in range(FRAMES):
        corners = (shape + frame * drift).ravel().tolist()
        mask = dict(rle.from_polygons([corners], size[1], size[0]))
        yield {"track": track, "frame": frame, "before_version": 0, "after": {"state": "present", "rle": mask}}


def bare(served: Served, folder: Path, name: str) -> str:
    """Another video of this size, without tracks, of which nobody has seen a frame; returns its id."""
    video = served.add(code_part(folder / f"{name} bare.mp4", frames=FRAMES + 1, size=SIZES[name], gop=30, kbit=4000))
    served.wait_until_counted(video)
    return video


def with_tracks(served: Served, folder: Path, name: str) -> str:
    """A video of this size with `TRACKS` tracks on all `FRAMES` frames, in the served project; returns its id."""
    size = SIZES[name]
    video = served.add(code_part(folder / f"{name}.mp4", frames=FRAMES, size=size, gop=30, kbit=4000))
    served.wait_until_counted(video)
    for seed in range(TRACKS):
        changes = list(track_changes(size, seed))
        assert len(changes) <= PART
        edit = {"id": str(uuid.uuid4()), "kind": "draw", "changes": changes}
        found = served.call("POST", f"/data/videos/{video}/edits", {"author": "person:benchmark", "edits": [edit]})
        assert found["results"][0]["status"] == "applied", found["results"][0]
    return video


def many_videos(served: Served, folder: Path, count: int) -> str:
    """A project of ``count`` videos that share one small source; returns the project's id."""
    path = code_part(folder / "small.mp4", frames=30, size=(320, 180), gop=30, kbit=300)
    made = served.call("POST", "/data/projects", {"name": f"{count} videos", "categories": ["disc"]})
    settings = make_settings(data=served.server.data, environment={})
    with Database.open(settings.database_url) as database:
        first = add_video(database, settings, project_id=made["id"], path=path, count=False)
        with database.atomic() as tx:
            for number in range(1, count):
                videos.add_video(
                    tx,
                    project_id=made["id"],
                    name=f"small {number}",
                    index_json=first.index,
                    kind=first.kind,
                    path=first.path,
                    copied=False,
                    count=first.count,
                    width=first.width,
                    height=first.height,
                    confirmed=True,
                    content_hash=first.content_hash,
                )
    return str(made["id"])
