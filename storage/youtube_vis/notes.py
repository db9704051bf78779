"""Notes on deviations from the format that are accepted, each with its place in the file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

MOST_LINES = 3


@dataclass(frozen=True)
class VisNote:
    """One deviation that was corrected or ignored, because refusing the whole file would be too strict.

    kind: a few words, the same for all notes of the kind. where: the place in the file, such as
    `annotations[3].bboxes[2]`, or the file itself. text: the rest of the sentence. track, frame: the id of the track
    and the number of its entry, if the note is about one.
    """

    kind: str
    where: str
    text: str
    track: int | None = None
    frame: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class Note(Protocol):
    """A sentence of some kind."""

    @property
    def kind(self) -> str:
        """A few words."""


def note_lines(notes: Iterable[Note], *, most: int = MOST_LINES, rest: str | None = None) -> tuple[str, ...]:
    """For each kind, its first `most` notes as sentences, then one sentence with the number of the others.

    That sentence ends with ``rest``, by default with the number of all notes of the kind.
    """
    kinds = defaultdict(list)
    for note in notes:
        kinds[note.kind].append(note)
    lines = []
    for kind, of_kind in kinds.items():
        lines += [str(note) for note in of_kind[:most]]
        if len(of_kind) > most:
            lines.append(f"{len(of_kind) - most} more of the kind '{kind}'{rest or f', {len(of_kind)} in all'}.")
    return tuple(lines)
