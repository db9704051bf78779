"""How long the plan of a retraining takes for 200,000 masks: counted by the database, and by loops over all rows."""

import random
import tempfile
from pathlib import Path

from storage import masks, projects, tracks, videos
from storage.database import Database
from storage.teaching import teaching
from tests.benchmarks._tables import options, show
from tests.benchmarks._timing import Row, measured, timing_table
from tests.benchmarks.store import mask_at
from tests.storage.scattered import scatter
from tests.storage.scenes import make_video

VIDEOS, TRACKS, FRAMES = 100, 20, 100


def filled(database: Database) -> str:
    """Id of a project with about 180,000 rows of every kind."""
    rng = random.Random(1)
    with database.atomic() as tx:
        project = projects.create_project(tx, name="many", categories=["thing", "other"])
        categories = [category.id for category in projects.list_categories(tx, project.id)]
        blobs = masks.put_blobs(tx, [mask_at(rng.randrange(500)) for _ in range(400)])
        for number in range(VIDEOS):
            video = make_video(tx, project.id, name=f"clip {number}", count=FRAMES)
            scatter(tx, video, categories=categories, blobs=blobs, tracks=TRACKS, rng=rng)
    return project.id


def rows(database: Database) -> list[Row]:
    project_id = filled(database)

    def by_loops() -> None:
        with database.read() as tx:
            every = [row for video_id, _ in videos.video_names(tx, project_id) for row in tracks.rows(tx, video_id)]
        sum(row.human and row.state == "present" and row.review != "rejected" for row in every)

    def by_database() -> None:
        with database.read() as tx:
            teaching(tx, project_id)

    many = f"{VIDEOS} videos x {TRACKS} tracks x {FRAMES} frames"
    slow = measured(f"{many}: loops over all rows", by_loops, repeats=3)
    return [slow, measured(f"{many}: counted by the database", by_database, repeats=5, rival=slow)]


def main() -> None:
    asked = options(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder, Database.open(f"sqlite:///{Path(folder)}/b.sqlite3") as database:
        show(timing_table("retrain_plan", rows(database)), asked)


if __name__ == "__main__":
    main()
