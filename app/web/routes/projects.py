"""Projects and their categories, and which of these a checkpoint can propose."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.checkpoints.choice import checkpoint_choice, create_own_project
from app.checkpoints.class_map import class_mapping
from app.checkpoints.networks import why_unsteady
from app.library.sources import glance
from app.proposing.resuming import kept_for, kept_of_project
from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import checkpoints, jobs, projects, videos
from storage.database import Database
from storage.projects import Project
from storage.video_progress import video_summaries


class CategoryBody(BaseModel):
    """Body of ``POST /data/projects/{project}/categories``."""

    name: str = Field(min_length=1, max_length=200)


class ProjectBody(BaseModel):
    """Body of ``POST /data/projects``."""

    name: str = Field(min_length=1, max_length=200)
    categories: list[str] = Field(default_factory=list, max_length=10_000)


class ProjectChange(BaseModel):
    """Body of ``POST /data/projects/{project}``: a new name, or whether the project is archived."""

    name: str | None = Field(default=None, max_length=200)
    archived: bool | None = None


class CategoryChange(BaseModel):
    """Body of ``POST /data/categories/{category}``: a new name, or whether the category is retired."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    retired: bool | None = None


def router(context: Context) -> APIRouter:
    """Routes under ``/data/projects``."""
    routes = APIRouter(prefix="/data")

    @routes.get("/projects")
    @context.reads
    def get_projects() -> Json:
        with context.database.read() as tx:
            last = projects.last_project(tx)
            found = projects.list_projects(tx, archived=True)
        return {
            "projects": [brief(project) for project in found if not project.archived],
            "archived": [brief(project) for project in found if project.archived],
            "last": None if last is None else last.id,
        }

    def brief(project: Project) -> Json:
        return {"id": project.id, "name": project.name, "videos": project.videos, "created": project.created}

    @routes.get("/projects/{project_id}")
    @context.reads
    def get_project(project_id: str) -> Json:
        with context.database.read() as tx:
            project = projects.get_project(tx, project_id)
            categories = projects.list_categories(tx, project_id, retired=True)
            found = videos.list_videos(tx, project_id)
            removed = videos.count_removed(tx, project_id)
            summaries, kept = video_summaries(tx, project_id), kept_of_project(tx, project_id)
            running = {job.video_id: wire.job(job) for job in jobs.list_jobs(tx, project_id=project_id, active=True)}
            checkpoint = checkpoints.active_checkpoint(tx, project_id)
            known = () if checkpoint is None else class_mapping(tx, checkpoint=checkpoint, project_id=project_id).mapped
        return {
            "id": project.id,
            "name": project.name,
            "categories": [wire.category(category) for category in categories],
            "archived": project.archived,
            "removed": removed,
            "videos": [
                wire.listed_video(
                    video,
                    summaries[video.id],
                    running.get(video.id),
                    problem=glance(video),
                    proposed=kept.get(video.id),
                )
                for video in found
            ],
            "checkpoint": None if checkpoint is None else wire.checkpoint(checkpoint, known),
        }

    @routes.post("/projects")
    @context.writes
    def post_project(database: Database, body: ProjectBody) -> Json:
        with database.atomic() as tx:
            project = create_own_project(tx, name=body.name, categories=body.categories)
            projects.set_last_project(tx, project.id)
            return brief(project)

    @routes.post("/projects/{project_id}")
    @context.writes
    def post_project_change(database: Database, project_id: str, body: ProjectChange) -> Json:
        with database.atomic() as tx:
            project = projects.get_project(tx, project_id)
            if body.name is not None and body.name != project.name:
                project = projects.rename_project(tx, project_id, body.name)
            if body.archived is not None and body.archived != project.archived:
                project = projects.archive_project(tx, project_id, archived=body.archived)
            return brief(project)

    @routes.post("/projects/{project_id}/categories")
    @context.writes
    def post_category(database: Database, project_id: str, body: CategoryBody) -> Json:
        with database.atomic() as tx:
            return wire.category(projects.add_category(tx, project_id, body.name))

    @routes.post("/categories/{category_id}")
    @context.writes
    def post_category_change(database: Database, category_id: str, body: CategoryChange) -> Json:
        with database.atomic() as tx:
            category = projects.get_category(tx, category_id)
            if body.name is not None and body.name != category.name:
                category = projects.rename_category(tx, category_id, body.name)
            if body.retired is not None and body.retired != category.retired:
                category = projects.retire_category(tx, category_id, retired=body.retired)
            return wire.category(category)

    @routes.get("/projects/{project_id}/proposer")
    @context.reads
    def get_proposer(
        project_id: str, checkpoint: str | None = None, video: str | None = None, steady: bool | None = None
    ) -> Json:
        found = checkpoint_choice(context.database, context.settings, project_id=project_id, checkpoint_id=checkpoint)
        kept = None
        if video is not None and found.checkpoint is not None:
            with context.database.read() as tx:
                kept = kept_for(tx, video_id=video, checkpoint=found.checkpoint, device=found.device, steady=steady)
        return wire.checkpoint_choice(found, kept, why_unsteady())

    return routes
