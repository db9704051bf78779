"""Box to mask and other prompts of the editor: a frame and what was pointed at in, a mask and its confidence out."""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable
from concurrent.futures import Future
from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, Field

from app.checkpoints.choice import CheckpointChoice, checkpoint_choice
from app.errors import AppError, BadInput, ResourceNotFound
from app.pictures.decode_queue import Urgency
from app.pictures.jpegs import PictureAddress
from app.prompting.answering import DEFAULT, OWN, PromptAnswer, better
from app.prompting.choices import own_model, own_state, prompter_states
from app.prompting.own_model import KEPT, OwnModel
from app.web.context import Context
from app.web.request_bodies import disconnected
from app.web.wire import Json
from model.prompts import Prompt, PromptPoint
from storage.rle import Rle

log = logging.getLogger(__name__)
# Nobody points this far beside a picture; the bound keeps the arithmetic away from overflow.
FARTHEST = 1e6
MOST_POINTS = 2048
LONGEST_COUNTS = 4_000_000
# For so long the mask of a box waits for the checkpoint of the project, which may be looking at another frame.
OWN_SECONDS = 0.3


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

    ``mask``: run lengths of an earlier mask, of the size of the picture, that ``points`` correct. ``draft``: the box is
    still being drawn, so a quick answer is worth more than the best one.
    """

    frame: int
    prompter: str = Field(default=DEFAULT, max_length=64)
    box: tuple[Place, Place, Place, Place] | None = None
    points: list[PointBody] = Field(default_factory=list, max_length=MOST_POINTS)
    mask: PromptMask | None = None
    draft: bool = False

    def prompt(self) -> Prompt:
        """In the form of the prompters, without the mask."""
        points = tuple(PromptPoint(point.x, point.y, point.inside) for point in self.points)
        return Prompt(box=self.box, points=points, draft=self.draft)


class ReadyBody(BaseModel):
    """The frame that a person looks at with a tool that prompts, and the prompter that is to answer."""

    frame: int
    prompter: str = Field(default=DEFAULT, max_length=64)


def router(context: Context) -> APIRouter:
    """``POST /data/videos/{video}/prompts``, the same with ``/ready``, ``GET /data/prompters``."""
    routes = APIRouter(prefix="/data")
    # Frames in which the checkpoint of a project has found everything already: its hash, and the key of the picture.
    found_in: deque[tuple[str, str]] = deque(maxlen=KEPT)

    def choice_of(project_id: str) -> CheckpointChoice:
        return checkpoint_choice(context.database, context.settings, project_id=project_id)

    @routes.get("/prompters")
    @context.reads
    def prompters(project: str | None = None) -> Json:
        states = prompter_states(context.settings, None if project is None else choice_of(project))
        return {"default": DEFAULT, "prompters": [asdict(state) for state in states]}

    def own_of(video_id: str) -> OwnModel | None:
        """The checkpoint of a video's project as a prompter."""
        return own_model(context.settings, choice_of(context.video(video_id).project_id))

    def reason_of(video_id: str) -> str:
        """Why the checkpoint of a video's project is no prompter."""
        return own_state(context.settings, choice_of(context.video(video_id).project_id)).reason

    def address_of(video_id: str, frame: int) -> PictureAddress:
        opened = context.opened(video_id)
        count = opened.video.count
        if not 0 <= frame < count:
            raise ResourceNotFound(
                f"The video {opened.video.name} has frames 0 to {count - 1}, so there is no frame {frame}."
            )
        return PictureAddress.of(opened.index, frame, final=frame < opened.video.confirmed)

    async def picture_of(video_id: str, frame: int) -> tuple[bytes, str]:
        """The JPEG of a frame, and its key."""
        address = await context.run(address_of, video_id, frame)
        picture = await context.run(context.frames.cached, address)
        if picture is None:
            picture = await asyncio.wrap_future(context.frames.decoding(address, Urgency.NOW))
        return picture, address.key

    async def better_of(asked: Awaitable[PromptAnswer], own: Awaitable[PromptAnswer]) -> PromptAnswer:
        """The better of two answers; the second is not waited for long, and may fail."""
        second = asyncio.ensure_future(own)
        try:
            first = await asked
        except BaseException:
            second.cancel()
            raise
        try:
            return better(first, await asyncio.wait_for(second, OWN_SECONDS))
        except TimeoutError:
            return first
        except AppError as error:
            log.warning("The checkpoint of the project does not answer a prompt: %s", error)
            return first

    @routes.post("/videos/{video_id}/prompts/ready")
    async def ready(video_id: str, body: ReadyBody) -> Json:
        picture, key = await picture_of(video_id, body.frame)
        if body.prompter != OWN:
            await context.get_ready_for_prompts(picture, body.prompter)
        model = await context.run(own_of, video_id) if body.prompter in {OWN, DEFAULT} else None
        if model is None or (model.sha256, key) in found_in:
            return {"ready": True}
        try:
            if await context.get_own_ready(picture, model, chosen=body.prompter == OWN):
                found_in.append((model.sha256, key))
        except AppError as error:
            log.warning("The checkpoint of the project cannot get ready for prompts: %s", error)
        return {"ready": True}

    @routes.post("/videos/{video_id}/prompts")
    async def prompt(video_id: str, body: PromptBody, request: Request) -> Json:
        # A page that no longer wants the answer closes the connection; the next prompt then need not wait for it.
        left: Future[None] = Future()
        leaving = asyncio.ensure_future(disconnected(request))
        leaving.add_done_callback(lambda _: left.cancel())
        try:
            return await answer(video_id, body, left)
        finally:
            leaving.cancel()

    async def answer(video_id: str, body: PromptBody, left: "Future[None]") -> Json:
        if body.box is None and not body.points:
            raise BadInput("A prompt needs a box or points.")
        picture, key = await picture_of(video_id, body.frame)
        mask: Rle | None = None if body.mask is None else {"size": list(body.mask.size), "counts": body.mask.counts}
        if body.prompter == OWN:
            model = await context.run(own_of, video_id)
            if model is None:
                raise BadInput(await context.run(reason_of, video_id))
            return asdict(await context.prompt_own(picture, body.prompt(), model, mask))
        model = None
        # The checkpoint of the project is asked where it has found everything already.
        if body.prompter == DEFAULT and mask is None and any(key == known for _, known in found_in):
            model = await context.run(own_of, video_id)
        asked = context.prompt(left, picture, body.prompt(), body.prompter, mask)
        if model is None or (model.sha256, key) not in found_in:
            return asdict(await asked)
        if body.draft:
            return asdict(replace(await asked, draft=True))
        return asdict(await better_of(asked, context.prompt_own(picture, body.prompt(), model)))

    return routes
