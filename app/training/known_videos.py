"""What shows that a network forgot what it knew, and what keeps that from happening: its golden set and its replay.

Where neither can be made, both come from open videos, chosen once for a run (`app.training.open_videos`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from app.training.adapting import replay_for
from app.training.agreement import agreement
from app.training.golden import GoldenSet
from app.training.kept_state import KeptState
from app.training.open_videos import open_videos
from app.training.project_clips import ProjectClips
from model.training.clips import ClipSource
from model.weights.checkpoint import ModelCheckpoint
from storage.database import Database
from storage.videos import video_names


class KnownVideos:
    """The golden set and the replay of a retraining.

    Attributes:
        golden: None where there is none.
        replay: None if there is nothing to replay.
        contents: of the videos that are golden from now on.
    """

    golden: GoldenSet | None
    replay: ClipSource | None
    contents: tuple[str, ...] = ()

    def __init__(
        self,
        database: Database,
        state: KeptState,
        first: ModelCheckpoint,
        golden: GoldenSet | None,
        *,
        project_id: str,
        corrected: Collection[str],
        roles: Mapping[str, str],
        device: str,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """``golden``: a set that needs no open videos; ``corrected``, ``roles`` are those of `open_videos`.

        ``check`` is called before each video, and stops this by raising an error.
        """
        self._database, self._project_id = database, project_id
        self._sources: list[ProjectClips] = []
        with database.read() as tx:
            kept = state.open_videos(
                lambda: open_videos(tx, project_id, corrected=corrected, roles=roles, judging=golden is None)
            )
        self.golden = golden
        if golden is None and kept.golden:
            videos = self._clips(kept.golden)
            self.golden = agreement(first, videos, device=device, check=check)
            self.contents = tuple(one.content for one in videos.corrected) if self.golden is not None else ()
        self.replay = None if golden is None else golden.replay
        if self.replay is None:
            self.replay = replay_for(first, lambda: self._clips(kept.replayed), device=device, check=check)

    def close(self) -> None:
        """Close the open videos."""
        for source in self._sources:
            source.close()

    def _clips(self, video_ids: Sequence[str]) -> ProjectClips:
        """These videos without any track; those that were removed meanwhile are left out."""
        with self._database.read() as tx:
            there = {video_id for video_id, _ in video_names(tx, self._project_id)}
        wanted = [video_id for video_id in video_ids if video_id in there]
        made = ProjectClips(self._database, project_id=self._project_id, video_ids=wanted, category_ids=())
        self._sources.append(made)
        return made
