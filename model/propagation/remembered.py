"""The earlier frames that a walk compares a frame with: those that its tracks were given in, and the last ones.

Each track has the last frame with a person's mask of it, whatever frames the others were given in. What is made for
such a frame serves all tracks that were given there.
"""

from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from model.propagation.evidence import KeyFlow
from model.propagation.flow import FlowPair
from model.propagation.matching import Reference
from model.propagation.second_thread import HandedOver
from model.propagation.working import WorkingFrames

MOST = 4
"""Given frames that are remembered at once: each costs a flow and a comparison of features in every frame."""


class WaitingTracks(NamedTuple):
    """How many of the tracks that come from a given frame have a long way to go: the seen ones, and the hidden ones.

    A track that is lost is not among them: what is looked for in vain must not displace what is seen.
    """

    seen: int
    hidden: int


class RememberedFrames:
    """``flows``: given frame -> the flow to it from the last frame of the walk. ``given``: its features and labels.

    Both are of the frames that `keep` was told last, as far as there are any: beyond a cut there is no flow.
    """

    def __init__(self, frames: WorkingFrames, recent: int) -> None:
        """``recent``: how many of the last frames are remembered beside the given ones."""
        self._frames, self._most = frames, recent
        self.flows: dict[int, KeyFlow] = {}
        self.given: dict[int, Reference] = {}
        self._recent: list[Reference] = []

    def begin_next(self, k: int, pair: FlowPair) -> dict[int, HandedOver[KeyFlow]]:
        """Let the second thread begin the flows from the next frame ``k``; ``pair``: from there to the last frame."""
        second = self._frames.second
        return {at: second.begin(partial(one.next, k, pair, self._frames)) for at, one in self.flows.items()}

    def references(self) -> list[Reference]:
        """The given frames, and then the last ones, each once.

        What was guessed of a track in a frame that another one was given in counts as long as the frame is recent.
        """
        given = list(self.given.values())
        known = [one if one in self._recent else one.of_given() for one in given]
        return [*known, *(one for one in self._recent if one not in given)]

    def leave_scene(self) -> None:
        """Behind a cut are only features of given frames."""
        self.flows, self._recent = {}, []

    def keep(self, used: Mapping[int, WaitingTracks], k: int) -> None:
        """Forget the given frames that no track comes from, and at frame ``k`` the least useful ones beyond `MOST`.

        Those with most seen tracks that have a long way to go stay, then those with most hidden ones, then the nearest:
        a track that is given again soon can do without.
        """
        kept = sorted(used, key=lambda at: (-used[at].seen, -used[at].hidden, abs(k - at)))[:MOST]
        self.flows = {at: one for at, one in self.flows.items() if at in kept}
        self.given = {at: one for at, one in self.given.items() if at in kept}

    def begin_flow(self, k: int) -> None:
        """Masks are given in frame ``k``."""
        self.flows[k] = KeyFlow.begun(k, self._frames.grid)

    def add(self, k: int, new: Reference, *, guessed: bool) -> None:
        """Remember frame ``k``; ``guessed``: it shows tracks that are not given there."""
        if new.given.any():
            self.given[k] = new
        if guessed:
            self._recent = [*self._recent, new][-self._most :]
