"""Tracks for walks through the editor: put into a video by another author, and read back as the database has them."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from storage import rle
from tests.browser import driving

SHOWN = "(ids) => ids.every((id) => window.editor.app.document.tracks.get(id)?.rows.size)"
AUTHOR = "seed"


@dataclass(frozen=True)
class Seeded:
    """A video whose only tracks are those of the test; ``ids`` in the order in which they were made."""

    page: Page
    video: str
    size: tuple[int, int]
    count: int
    ids: list[str] = field(default_factory=list)

    def box(self, x: int, y: int, *, width: int = 30, height: int = 24) -> dict[str, Any]:
        """A filled box as a row of a model: x, y is its upper left pixel."""
        pixels = np.zeros(self.size, np.uint8)
        pixels[y : y + height, x : x + width] = 1
        return {"rle": rle.encode(pixels), "source": "proposed", "review": "unreviewed", "score": 0.5}

    def pixels(self, row: Mapping[str, Any]) -> np.ndarray:
        """The mask of a row that the test made, uint8 H x W."""
        return rle.decode(row["rle"])

    def union(self, *rows: Mapping[str, Any]) -> dict[str, Any]:
        """A row whose mask has the pixels of all of these."""
        pixels = np.maximum.reduce([self.pixels(row) for row in rows])
        return {**rows[0], "rle": rle.encode(pixels)}

    def clear(self) -> None:
        """Delete all tracks of the video."""
        tracks = driving.fetched(self.page, f"videos/{self.video}/tracks")["tracks"]
        self.send([change(track["id"], None, {"deleted": True}, track["version"]) for track in tracks])
        self.ids.clear()
        self.page.evaluate("window.editor.app.reload()")

    def add(self, rows: Mapping[int, dict[str, Any]]) -> str:
        """A track with these rows, shown in the page; returns its id."""
        track = str(uuid.uuid4())
        self.send([change(track, None, {"category": None}), *(change(track, k, row) for k, row in rows.items())])
        self.ids.append(track)
        self.page.wait_for_function(SHOWN, arg=[track])
        return track

    def send(self, changes: Iterable[dict[str, Any]], kind: str = "seed") -> None:
        """Apply one edit of another author."""
        edit = {"id": str(uuid.uuid4()), "kind": kind, "changes": list(changes)}
        if not edit["changes"]:
            return
        answer = self.page.request.post(
            f"{driving.origin(self.page)}/data/videos/{self.video}/edits", data={"author": AUTHOR, "edits": [edit]}
        )
        (result,) = answer.json()["results"]
        assert result["status"] == "applied", result

    def stored(self) -> dict[str, dict[str, Any]]:
        """Tracks that are not deleted, by id, as the database has them: number, name and rows by frame, no versions."""
        tracks = driving.fetched(self.page, f"videos/{self.video}/tracks")["tracks"]
        return {
            track["id"]: {
                "number": track["number"],
                "name": track["name"],
                "category": track["category"],
                "extra": track["extra"],
                "rows": {row[0]: [*row[1:7], row[8], *row[10:]] for row in track["rows"]},
            }
            for track in tracks
        }

    def frames(self, track: str) -> list[int]:
        """Frames on which a track has a mask in the database."""
        rows = self.stored()[track]["rows"]
        return [frame for frame, row in rows.items() if row[0] == 1]

    def version(self, track: str, frame: int) -> int:
        """The number of the edit that wrote a row."""
        return int(driving.stored_tracks(self.page, self.video)[self.number(track)]["rows"][frame]["version"])

    def drawn(self, track: str, frame: int, row: Mapping[str, Any], version: int) -> dict[str, Any]:
        """A change that puts a row in place of the one with this version."""
        return change(track, frame, row, version)

    def at(self, track: str, frame: int) -> None:
        """Select a track, and go to a frame."""
        self.page.evaluate("([id, k]) => { editor.commands.goto(k); editor.commands.select(id); }", [track, frame])
        driving.ready(self.page)

    def number(self, track: str) -> int:
        """The number of a track that is not deleted."""
        return int(self.stored()[track]["number"])

    def new_track(self) -> str:
        """The id of the only track that the test did not make itself."""
        (found,) = set(self.stored()) - set(self.ids)
        return found

    def choose(self, title: str, track: str) -> None:
        """Choose the second track of a verb by its number in the list."""
        dialog = self.page.get_by_role("dialog", name=title)
        dialog.locator(f"[data-track='{self.number(track)}']").click()
        dialog.wait_for(state="detached")

    def apply(self, title: str) -> None:
        """Read the title of the preview, and apply it."""
        expect(self.page.get_by_role("toolbar", name="Preview")).to_contain_text(title)
        self.page.keyboard.press("Enter")
        driving.saved(self.page)

    def undo(self) -> None:
        """Take the last edit of this page back by the key."""
        self.page.keyboard.press("Control+z")
        driving.saved(self.page)


def change(track: str, frame: int | None, after: Mapping[str, Any] | None, version: int = 0) -> dict[str, Any]:
    """One change of an edit as the page sends it."""
    return {"track": track, "frame": frame, "before_version": version, "after": after}


ABSENT: Mapping[str, Any] = {"state": "absent", "source": "drawn", "review": "corrected"}
HUMAN: Mapping[str, Any] = {"source": "drawn", "review": "corrected"}
