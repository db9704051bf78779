"""How alike the tracks of a suggested merge are, as a share; it was stored minus one, and 0 where it was unknown.

It counts as unknown where ``alike`` is missing or 0; so does a known likeness of 0.995 or more, rounded to 0.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_LISTS = ("candidates", "dismissed")
_TABLE = sa.table("identity_candidates", sa.column("video_id"), *(sa.column(name, sa.JSON) for name in _LISTS))


def upgrade() -> None:
    """Add one to the likeness of every merge, and leave out those that are unknown."""
    tx = op.get_bind()
    for video_id, *stored in tx.execute(sa.select(_TABLE)).all():
        values = {name: [_as_share(one) for one in of] for name, of in zip(_LISTS, stored, strict=True)}
        tx.execute(sa.update(_TABLE).where(_TABLE.c.video_id == video_id).values(values))


def _as_share(candidate: dict) -> dict:
    evidence = dict(candidate["evidence"])
    below = evidence.pop("alike", 0)
    return {**candidate, "evidence": {**evidence, "alike": round(1 + below, 2)} if below else evidence}
