"""Tables with what is computed from rows or remembered of them for a while; the rest is in ``storage.schema``.

``storage.track_summaries`` computes from the rows of tracks, ``storage.drafts`` remembers which drafts it removed.
"""

from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, LargeBinary, Table, Text

from storage.schema import REVIEWS, SOURCES, metadata

track_summaries = Table(
    "track_summaries",
    metadata,
    Column("track_id", Text, ForeignKey("tracks.id"), primary_key=True),
    Column("masks", Integer, nullable=False),  # rows with a mask; the counts by review and source are of these
    Column("first", Integer),
    Column("last", Integer),
    Column("frame", Integer),  # the frame that shows the track best, and its mask
    Column("blob_hash", Text),
    Column("area", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in (*REVIEWS, *SOURCES)),
    Column("look", Integer, nullable=False),
    Column("human", Integer, nullable=False),
    Column("score", Float),
    Column("version", Integer, nullable=False),  # the newest edit that wrote the track or one of its rows
)

summarised_videos = Table(
    "summarised_videos",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("edit", Integer, nullable=False),  # the last edit that its track summaries include
)

track_likenesses = Table(
    "track_likenesses",
    metadata,
    Column("track_id", Text, ForeignKey("tracks.id"), primary_key=True),
    Column("blob_hash", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32; empty: the track cannot be compared
)

run_findings = Table(
    "run_findings",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("video_id", Text, ForeignKey("videos.id"), nullable=False, index=True),
    Column("masks", Integer, nullable=False),  # proposed masks without a verdict
    Column("near", Integer, nullable=False),  # those with a score near the threshold or below it
    Column("errors", Float, nullable=False),  # sum of the strengths of the likely errors
    Column("created", Float, nullable=False),
)

video_looks = Table(
    "video_looks",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("method", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),  # float32
)

draft_removals = Table(
    "draft_removals",
    metadata,
    Column("change", Integer, primary_key=True, autoincrement=False),
    Column("video_id", Text, ForeignKey("videos.id"), nullable=False),
    Column("run_id", Text),
    Column("track_id", Text),
    Column("start", Integer),
    Column("stop", Integer),
)

identity_candidates = Table(
    "identity_candidates",
    metadata,
    Column("video_id", Text, ForeignKey("videos.id"), primary_key=True),
    Column("edit", Integer, nullable=False),  # the last edit that the search saw
    Column("candidates", JSON, nullable=False),  # storage.identity_candidates.StoredCandidate, strongest first
    Column("dismissed", JSON, nullable=False),  # the same, of this search and of earlier ones
    Column("created", Float, nullable=False),
)
