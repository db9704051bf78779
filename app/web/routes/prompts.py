"""Box to mask and other prompts of the editor: a frame and what was pointed at in, a mask and its confidence out."""

import asyncio
import math
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field

from app.errors import BadInput, ResourceNotFound
from app.pictures.decode_queue import Urgency
from app.pictures.jpegs import PictureAddress
from app.prompting.answering import DEFAULT, prompter_states
from app.web.context import Context
from app.web.wire import Json
from model.prompts import Prompt, PromptPoint
from storage.rle import Rle

# Nobody points this far beside a picture; the bound keeps the arithmetic away from overflow.
FARTHEST = 1e6
MOST_POINTS = 2048
LONGEST_COUNTS = 4_000_000


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


class PromptMask(BaseModel):
    """Run lengths of a mask: (height, width), and COCO's compressed counts."""

    size: tuple[int, int]
    counts: str = Field(max_length=LONGEST_COUNTS)


class PromptBody(BaseModel):
    """A prompt for one frame; see `model.prompts.Prompt`. ``prompter`` names the adapter that is to answer.

    ``mask``: run lengths of an earlier mask, of the size of the picture, that ``points`` correct.
    """

    frame: int
    prompter: str = Field(default=DEFAULT, max_length=64)
    box: tuple[Place, Place, Place, Place] | None = None
    points: list[PointBody] = Field(default_factory=list, max_length=MOST_POINTS)
    mask: PromptMask | None = None

    def prompt(self) -> Prompt:
        """In the form of the prompters, without the mask."""
        points = tuple(PromptPoint(point.x, point.y, point.inside) for point in self.points)
        return Prompt(box=self.box, points=points)


def router(context: Context) -> APIRouter:
    """``POST /data/videos/{video}/prompts``, ``GET /data/prompters``."""
    routes = APIRouter(prefix="/data")

    @routes.get("/prompters")
    async def prompters() -> Json:
        return {"default": DEFAULT, "prompters": [asdict(state) for state in prompter_states()]}

    def address_of(video_id: str, frame: int) -> PictureAddress:
        opened = context.opened(video_id)
        count = opened.video.count
        if not 0 <= frame < count:
            raise ResourceNotFound(
                f"The video {opened.video.name} has frames 0 to {count - 1}, so there is no frame {frame}."
            )
        return PictureAddress.of(opened.index, frame, final=frame < opened.video.confirmed)

    @routes.post("/videos/{video_id}/prompts")
    async def prompt(video_id: str, body: PromptBody) -> Json:
        if body.box is None and not body.points:
            raise BadInput("A prompt needs a box or points.")
        address = await context.run(address_of, video_id, body.frame)
        picture = await context.run(context.frames.cached, address)
        if picture is None:
            picture = await asyncio.wrap_future(context.frames.decoding(address, Urgency.NOW))
        mask: Rle | None = None if body.mask is None else {"size": list(body.mask.size), "counts": body.mask.counts}
        found = await context.prompt(picture, body.prompt(), body.prompter, mask)
        return asdict(found)

    return routes
