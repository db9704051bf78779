"""A project's own attributes."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.web import wire
from app.web.context import Context
from app.web.wire import Json
from storage import attributes
from storage.attributes import MOST_CHOICES
from storage.database import Database


class AttributeBody(BaseModel):
    """Body of ``POST /data/projects/{project}/attributes``; see `storage.attributes.Attribute`."""

    name: str = Field(min_length=1, max_length=200)
    choices: list[str] = Field(max_length=MOST_CHOICES)
    per: Literal["track", "frame"] = "track"
    key: str | None = Field(default=None, max_length=20)


class AttributeChange(BaseModel):
    """Body of ``POST /data/attributes/{attribute}``: what changes; ``key`` "" takes the key away."""

    name: str | None = Field(default=None, min_length=1, max_length=200)
    choices: list[str] | None = Field(default=None, max_length=MOST_CHOICES)
    key: str | None = Field(default=None, max_length=20)
    retired: bool | None = None


def router(context: Context) -> APIRouter:
    """``GET`` and ``POST /data/projects/{project}/attributes``, ``POST /data/attributes/{attribute}``."""
    routes = APIRouter(prefix="/data")

    @routes.get("/projects/{project_id}/attributes")
    @context.reads
    def get_attributes(project_id: str) -> Json:
        with context.database.read() as tx:
            found = attributes.list_attributes(tx, project_id, retired=True)
        return {"attributes": [wire.attribute(one) for one in found]}

    @routes.post("/projects/{project_id}/attributes")
    @context.writes
    def post_attribute(database: Database, project_id: str, body: AttributeBody) -> Json:
        with database.atomic() as tx:
            return wire.attribute(attributes.add_attribute(tx, project_id, **body.model_dump()))

    @routes.post("/attributes/{attribute_id}")
    @context.writes
    def post_attribute_change(database: Database, attribute_id: str, body: AttributeChange) -> Json:
        with database.atomic() as tx:
            found = attributes.change_attribute(tx, attribute_id, name=body.name, choices=body.choices, key=body.key)
            if body.retired is not None and body.retired != found.retired:
                found = attributes.retire_attribute(tx, attribute_id, retired=body.retired)
            return wire.attribute(found)

    return routes
