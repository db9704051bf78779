"""The page of tracks: finding tracks of a whole project."""

import uuid
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.errors import BadInput
from app.reviewing import look_alikes
from app.web import wire
from app.web.context import Context
from app.web.routes.look_alikes import correction
from app.web.track_summaries import bring_up_to_date
from app.web.wire import Json
from storage import projects, schema, track_marks, track_search, videos
from storage.track_search import SORTS, STATES, TrackFilter

LONGEST_PAGE = 500
# Above any number of tracks, and small enough for any database.
LAST = 2**31
WITHOUT = "none"
"""In place of a category's id: tracks without a category."""

Words = Annotated[list[str], Query(default_factory=list, max_length=2000)]


@dataclass(frozen=True)
class TrackQuery:
    """The query of the routes that find tracks; see `storage.track_search.TrackFilter` for the meaning.

    ``attribute``: "ID:VALUE", the value empty for tracks without any. ``comment_by``: authors of comments. ``like``:
    the id of a track; those that look most like it come first, in place of ``sort``. ``run_of``: the id of a track, for
    those of its checkpoint. ``untouched``: only those that no person drew or judged.
    """

    category: Words
    state: Words
    source: Words
    who: Words
    video: Words
    flag: Words
    attribute: Words
    comment: Words
    comment_by: Words
    min_score: float | None = None
    max_score: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    text: str = ""
    sort: str = "video"
    descending: bool = False
    like: str = ""
    run_of: str = ""
    untouched: bool = False

    def filter(self, project_id: str) -> TrackFilter:
        """The filter for a project. Raises `BadInput` for a word that is none of the known ones."""
        _known("state", self.state, STATES)
        _known("source", self.source, schema.SOURCES)
        _known("order", [self.sort], SORTS)
        _known("flag", self.flag, track_marks.FLAGS)
        _known("kind of comments", self.comment, track_marks.COMMENTS)
        return TrackFilter(
            project_id,
            categories=tuple(None if name == WITHOUT else name for name in self.category),
            states=tuple(self.state),
            sources=tuple(self.source),
            authors=tuple(self.who),
            videos=tuple(self.video),
            score=(self.min_score, self.max_score),
            length=(_bounded(self.min_length), _bounded(self.max_length)),
            text=self.text.strip(),
            flags=tuple(self.flag),
            attributes=tuple(_attribute(word) for word in self.attribute),
            comments=tuple(self.comment),
            commenters=tuple(self.comment_by),
            run_of=self.run_of,
            untouched=self.untouched,
        )


Wanted = Annotated[TrackQuery, Depends()]


def router(context: Context) -> APIRouter:
    """``GET /data/projects/{project}/tracks``, ``…/track-ids``, ``…/alike-tracks`` and ``…/track-facets``.

    ``alike-tracks?corrected=FRAME``: a person corrected the edges of the track ``like`` on that frame; ``compared`` in
    the answer says whether the tracks were compared with what the correction changed.
    """
    routes = APIRouter(prefix="/data")

    def page(wanted: TrackFilter, asked: TrackQuery, start: int, stop: int) -> Json:
        with context.database.read() as tx:
            total, number = track_search.count(tx, wanted)
            found = (
                ()
                if asked.like
                else track_search.search(
                    tx, wanted, sort=asked.sort, descending=asked.descending, start=start, stop=stop
                )
            )
        if asked.like:
            found = look_alikes.page(context.database, wanted, asked.like, start=start, stop=stop)
        return {"total": total, "masks": number, "start": start, "tracks": [wire.track_line(line) for line in found]}

    def identifiers(wanted: TrackFilter, asked: TrackQuery) -> Json:
        if asked.like:
            return {"tracks": look_alikes.ordered(context.database, wanted, asked.like)}
        with context.database.read() as tx:
            return {"tracks": track_search.ids(tx, wanted, sort=asked.sort, descending=asked.descending)}

    def numbers(project_id: str) -> Json:
        with context.database.read() as tx:
            found, marks = track_search.facets(tx, project_id), track_marks.count(tx, project_id)
            categories = projects.list_categories(tx, project_id, retired=True)
            return wire.track_facets(found, marks, categories, videos.video_names(tx, project_id))

    @routes.get("/projects/{project_id}/tracks")
    async def get_tracks(project_id: str, asked: Wanted, start: int = 0, stop: int = 100) -> Json:
        if not 0 <= start <= stop <= LAST or stop - start > LONGEST_PAGE:
            raise BadInput(f"At most {LONGEST_PAGE} tracks are read at once, not {start} to {stop}.")
        wanted = asked.filter(project_id)
        await bring_up_to_date(context, project_id)
        return await context.run(page, wanted, asked, start, stop)

    @routes.get("/projects/{project_id}/track-ids")
    async def get_ids(project_id: str, asked: Wanted) -> Json:
        wanted = asked.filter(project_id)
        await bring_up_to_date(context, project_id)
        return await context.run(identifiers, wanted, asked)

    @routes.get("/projects/{project_id}/alike-tracks")
    async def get_alike(project_id: str, asked: Wanted, corrected: int | None = None) -> Json:
        wanted = asked.filter(project_id)
        await bring_up_to_date(context, project_id)
        if corrected is not None and not 0 <= corrected <= LAST:
            raise BadInput(f"Frames are numbered from 0, not {corrected}.")
        mended = (
            None if corrected is None else await context.paint(correction, context, project_id, asked.like, corrected)
        )
        found = await context.run(look_alikes.alike, context.database, wanted, asked.like, mended)
        return {"tracks": found, "compared": mended is not None}

    @routes.get("/projects/{project_id}/track-facets")
    async def get_facets(project_id: str) -> Json:
        await bring_up_to_date(context, project_id)
        return await context.run(numbers, project_id)

    return routes


def _known(what: str, given: list[str], words: tuple[str, ...]) -> None:
    for word in given:
        if word not in words:
            raise BadInput(f"There is no {what} {word!r}; there are {', '.join(words)}.")


def _attribute(word: str) -> tuple[str, str]:
    attribute, colon, value = word.partition(":")
    try:
        uuid.UUID(attribute)
    except ValueError:
        colon = ""
    if not colon:
        raise BadInput(f"An attribute is asked for as its id, a colon and a value, not as {word!r}.")
    return attribute, value


def _bounded(value: int | None) -> int | None:
    return None if value is None else min(max(value, -LAST), LAST)
