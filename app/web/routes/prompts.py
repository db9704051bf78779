"""Box to mask and other prompts of the editor: a frame and what was pointed at in, a mask and its confidence out."""

import asyncio
import math
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from app.errors import BadInput, ResourceNotFound
from app.pictures.decode_queue import Urgency
from app.pictures.jpegs import PictureAddress
from app.web.context import Context
from app.web.wire import Json
from model.prompts import Prompt, PromptPoint

# Nobody points this far beside a picture; the bound keeps the arithmetic away from overflow.
FARTHEST = 1e6


def _finite(value: float) -> float:
    if not math.isfinite(value) or abs(value) > FARTHEST:
        raise ValueError("it is no place in a picture")
    return value


Place = Annotated[float, AfterValidator(_finite)]


class PointBody(BaseModel):
    """A point in the thing or outside of it; see `model.prompts.PromptPoint`."""

    x: Place
    y: Place
    inside: bool = True


class PromptBody(BaseModel):
    """A prompt for one frame; see `model.prompts.Prompt`. ``prompter`` names the adapter that is to answer."""

    frame: int
    prompter: str = Field(default="grabcut", max_length=64)
    box: tuple[Place, Place, Place, Place] | None = None
    points: list[PointBody] = Field(default_factory=list, max_length=256)

    def prompt(self) -> Prompt:
        """In the form of the prompters."""
        points = tuple(PromptPoint(point.x, point.y, point.inside) for point in self.points)
        return Prompt(box=self.box, points=points)


def router(context: Context) -> APIRouter:
    """``POST /data/videos/{video}/prompts``."""
    routes = APIRouter(prefix="/data/videos")

    def address_of(video_id: str, frame: int) -> PictureAddress:
        opened = context.opened(video_id)
        count = opened.video.count
        if not 0 <= frame < count:
            raise ResourceNotFound(
                f"The video {opened.video.name} has frames 0 to {count - 1}, so there is no frame {frame}."
            )
        return PictureAddress.of(opened.index, frame, final=frame < opened.video.confirmed)

    @routes.post("/{video_id}/prompts")
    async def prompt(video_id: str, body: PromptBody) -> Json:
        if body.box is None and not body.points:
            raise BadInput("A prompt needs a box or points.")
        address = await context.run(address_of, video_id, body.frame)
        picture = await context.run(context.frames.cached, address)
        if picture is None:
            picture = await asyncio.wrap_future(context.frames.decoding(address, Urgency.NOW))
        found = await context.prompt(picture, body.prompt(), body.prompter)
        return {"mask": found.mask, "confidence": found.confidence, "prompter": found.prompter}

    return routes
