"""Which videos to correct next, and proposing again after a promotion; see `app.reviewing.next_videos`."""

from fastapi import APIRouter

from app.checkpoints.choice import chosen_checkpoint
from app.errors import BadInput
from app.jobs import queue
from app.reviewing import next_videos, requests
from app.reviewing.ranking import Suggestion
from app.web.context import Context
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage.checkpoints import Checkpoint
from storage.database import Database


def router(context: Context) -> APIRouter:
    """Under ``/data/projects/{project}``: ``GET next``, ``POST search`` and ``POST propose-again``."""
    routes = APIRouter(prefix="/data/projects")

    def listed(project_id: str) -> Json:
        found = next_videos.suggestions(context.database, project_id)
        chosen = _chosen(context.database, project_id)
        return {
            "videos": [_line(one) for one in found],
            "unsearched": len(next_videos.unsearched(context.database, project_id)),
            "outdated": len(next_videos.outdated(context.database, project_id)),
            "checkpoint": None if chosen is None else chosen.name,
        }

    @routes.get("/{project_id}/next")
    async def get_next(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.run(listed, project_id)

    def enqueue(database: Database, project_id: str) -> Json:
        chosen = _chosen(database, project_id)
        if chosen is None:
            raise BadInput("This project has no checkpoint to propose with; download one, add a file, or draw by hand.")
        wanted = set(next_videos.outdated(database, project_id))
        wanted -= {job.video_id or "" for job in queue.active_jobs(database, kind="propose")}
        # The most worthwhile first, so that review can begin there.
        order = [one.video_id for one in next_videos.suggestions(database, project_id) if one.video_id in wanted]
        made = queue.enqueue_all(
            database,
            context.settings,
            kind="propose",
            project_id=project_id,
            video_ids=order,
            parameters={"checkpoint": chosen.id},
        )
        for job in made:
            context.hub.follow(job.id)
        return {"jobs": len(made), "checkpoint": chosen.name}

    def search(database: Database, project_id: str) -> Json:
        wanted = set(next_videos.unsearched(database, project_id))
        wanted -= {job.video_id or "" for job in queue.active_jobs(database, kind=requests.KIND)}
        made = queue.enqueue_all(
            database, context.settings, kind=requests.KIND, project_id=project_id, video_ids=sorted(wanted)
        )
        for job in made:
            context.hub.follow(job.id)
        return {"jobs": len(made)}

    @routes.post("/{project_id}/search")
    async def post_search(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.write_long(search, project_id)

    @routes.post("/{project_id}/propose-again")
    async def post_propose_again(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.write_long(enqueue, project_id)

    return routes


def _line(found: Suggestion) -> Json:
    return {"id": found.video_id, "gain": found.gain, "reasons": list(found.reasons)}


def _chosen(database: Database, project_id: str) -> Checkpoint | None:
    with database.read() as tx:
        return chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
