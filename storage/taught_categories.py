"""How much each category of a project has to learn from: tracks and videos with a human mask."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, exists, func, not_, or_, select

from storage import schema


@dataclass(frozen=True)
class TaughtCategory:
    """A category in use: numbers of its tracks with at least one human mask, and of the videos that these are in."""

    name: str
    tracks: int
    videos: int


def taught_categories(tx: Connection, project_id: str) -> tuple[TaughtCategory, ...]:
    """The project's categories in use, in their order; those that nothing teaches have zeros.

    Rejected tracks and masks, crowds, and removed videos do not count.
    """
    tracks, masks, videos = schema.tracks.c, schema.masks.c, schema.videos.c
    categories = schema.categories.c
    verdict = or_(
        masks.review.in_(("accepted", "corrected")), and_(masks.source == "drawn", masks.review == "unreviewed")
    )
    human = exists().where(masks.track_id == tracks.id, masks.state == "present", not_(masks.iscrowd), verdict)
    taught = (
        select(tracks.category_id, func.count().label("tracks"), func.count(tracks.video_id.distinct()).label("videos"))
        .join(schema.videos, videos.id == tracks.video_id)
        .where(
            videos.project_id == project_id,
            videos.removed.is_(None),
            tracks.deleted.is_(False),
            tracks.rejected.is_(False),
            tracks.iscrowd.is_(False),
            human,
        )
        .group_by(tracks.category_id)
        .subquery()
    )
    query = (
        select(categories.name, func.coalesce(taught.c.tracks, 0), func.coalesce(taught.c.videos, 0))
        .outerjoin(taught, taught.c.category_id == categories.id)
        .where(categories.project_id == project_id, categories.retired.is_(False))
        .order_by(categories.position, categories.id)
    )
    return tuple(TaughtCategory(*row) for row in tx.execute(query))
