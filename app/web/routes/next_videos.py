"""Which videos to correct next, and proposing again after a promotion; see `app.reviewing.next_videos`."""

from fastapi import APIRouter

from app.checkpoints.choice import chosen_checkpoint
from app.jobs import queue
from app.reviewing import next_videos, proposing_again, requests
from app.reviewing.proposing_again import ProposedAgain
from app.reviewing.ranking import Suggestion
from app.web.context import Context
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage.database import Database


def router(context: Context) -> APIRouter:
    """Under ``/data/projects/{project}``: ``GET next``, ``POST search``, ``propose-again``, ``propose-again/stop``."""
    routes = APIRouter(prefix="/data/projects")

    def listed(project_id: str) -> Json:
        found = next_videos.suggestions(context.database, project_id)
        with context.database.read() as tx:
            chosen = chosen_checkpoint(tx, project_id=project_id, checkpoint_id=None)
            again = proposing_again.waiting(tx, project_id)
            outdated = next_videos.outdated(tx, project_id)
        waiting = {job.video_id for job in again}
        return {
            "videos": [_line(one) for one in found],
            "unsearched": len(next_videos.unsearched(context.database, project_id)),
            "outdated": sum(video_id not in waiting for video_id in outdated),
            "again": len(again),
            "checkpoint": None if chosen is None else chosen.name,
        }

    @routes.get("/{project_id}/next")
    async def get_next(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.run(listed, project_id)

    def enqueue(database: Database, project_id: str) -> Json:
        with database.atomic() as tx:
            made = proposing_again.propose_again(tx, project_id)
        return {"jobs": len(told(context, made).jobs), "checkpoint": made.checkpoint}

    def stop(database: Database, project_id: str) -> Json:
        with database.atomic() as tx:
            stopped = proposing_again.stop(tx, project_id)
        for job in stopped:
            context.hub.follow(job.id)
        return {"jobs": len(stopped)}

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

    @routes.post("/{project_id}/propose-again/stop")
    async def post_stop(project_id: str) -> Json:
        return await context.write(stop, project_id)

    return routes


def told(context: Context, made: ProposedAgain) -> ProposedAgain:
    """Let a worker take the jobs that propose again, and the pages follow them."""
    if made.jobs:
        queue.care(context.database, context.settings)
    for job in made.jobs:
        context.hub.follow(job.id)
    return made


def _line(found: Suggestion) -> Json:
    return {"id": found.video_id, "gain": found.gain, "reasons": list(found.reasons)}
