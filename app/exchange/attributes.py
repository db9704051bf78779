"""Attributes in a YouTube-VIS file: keys of an annotation beside those of the format, on the way out and on the way in.

``attributes`` of an annotation has the flags and values of its track, ``frame_attributes`` those of its masks: a list
for each name, with an entry for each frame (null: no mask, or no value). ``attributes`` of the file describes the
lists of the project. What an import cannot use stays among the unknown keys, and leaves with the next export.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.library.videos import free_name
from storage import attributes
from storage.atomic import write_text
from storage.attributes import FLAGS, KEYS, MOST_CHOICES, Attribute, Per
from storage.errors import StorageError
from storage.tracks import MaskRow, Track
from storage.youtube_vis import VisDataset, VisNote, VisTrack

Json = dict[str, Any]

OF_TRACK, OF_FRAMES = "attributes", "frame_attributes"
LISTS = "attributes"
"""The key of the whole file."""
ROW_FLAGS = {"occluded": "occluded", "truncated": "truncated", "crowd": "iscrowd"}
"""Names in the file -> columns of a mask."""
TRACK_FLAGS = {"occluded": "occluded", "truncated": "truncated"}
"""As `ROW_FLAGS`, for a track, whose crowd is a key of the format."""


@dataclass(frozen=True)
class NamedLists:
    """The lists of a project with a name of its own for each, also where a retired one has the name of another."""

    lists: tuple[Attribute, ...]
    names: Mapping[str, str]

    @classmethod
    def read(cls, tx: Connection, project_id: str) -> "NamedLists":
        """Those of a project, retired ones too."""
        found = attributes.list_attributes(tx, project_id, retired=True)
        names: dict[str, str] = {}
        for one in sorted(found, key=lambda each: each.retired):
            names[one.id] = free_name(one.name, set(names.values()))
        return cls(found, names)

    def described(self) -> list[Json]:
        """The lists as the file has them."""
        return [
            {"name": self.names[one.id], "values": list(one.choices), "per": one.per, "key": one.key}
            for one in self.lists
            if not one.retired
        ]

    def of(self, track: Track, rows: Sequence[MaskRow | None]) -> Json:
        """The keys of a track with attributes; ``rows``: its exported masks, an entry for each frame of the file."""
        own: Json = {name: True for name, column in TRACK_FLAGS.items() if getattr(track, column)}
        own |= self._named(track.attributes)
        frames: Json = {}
        for name, column in ROW_FLAGS.items():
            line = [None if row is None else bool(getattr(row, column)) for row in rows]
            if any(line):
                frames[name] = line
        values = [{} if row is None else self._named(row.attributes) for row in rows]
        for name in sorted({name for here in values for name in here}):
            frames[name] = [here.get(name) for here in values]
        return {key: found for key, found in ((OF_TRACK, own), (OF_FRAMES, frames)) if found}

    def _named(self, values: Mapping[str, str] | None) -> dict[str, str]:
        if not values:
            return {}
        return {self.names[one]: value for one, value in sorted(values.items()) if one in self.names}


def merged(source: Mapping[str, Any], own: Mapping[str, Any]) -> Json:
    """The unknown keys of an imported annotation with the attributes that it has now."""
    found = dict(source)
    for key, values in own.items():
        kept = found.get(key)
        found[key] = {**(kept if isinstance(kept, dict) else {}), **values}
    return found


def write_attributes(path: Path, dataset: VisDataset) -> None:
    """Write the attributes of a data set alone as JSON, for programs that need no masks; nothing where there are none.

    ``lists`` describes the lists of the project; ``tracks`` has the id of an annotation and of its video with the two
    keys of the annotation.
    """
    lists = dataset.extra.get(LISTS, [])
    tracks = [
        {"id": track.id, "video_id": track.video_id, **{key: track.extra.get(key, {}) for key in (OF_TRACK, OF_FRAMES)}}
        for track in dataset.tracks
        if OF_TRACK in track.extra or OF_FRAMES in track.extra
    ]
    if lists or tracks:
        write_text(path, [json.dumps({"lists": lists, "tracks": tracks}, ensure_ascii=False, indent=1), "\n"])


@dataclass(frozen=True)
class AdoptedLists:
    """The list of the project for each name that a file uses, per track and per frame; ids of the added ones; notes."""

    ids: Mapping[tuple[str, Per], str]
    added: tuple[str, ...] = ()
    notes: tuple[VisNote, ...] = ()

    def read(self, track: VisTrack) -> "ReadAttributes":
        """The attributes of a track of the file, and its unknown keys without them."""
        extra = dict(track.extra)
        own: Json = {}
        values: dict[str, str] = {}
        for name, value in _entries(extra, OF_TRACK):
            if name in TRACK_FLAGS and value is True:
                own[TRACK_FLAGS[name]] = True
            elif isinstance(value, str) and (name, "track") in self.ids:
                values[self.ids[name, "track"]] = value
            else:
                continue
            _drop(extra, OF_TRACK, name)
        rows: list[Json] = [{} for _ in track.segmentations]
        for name, line in _entries(extra, OF_FRAMES):
            if name in ROW_FLAGS and _fits(line, track, bool):
                _set_flag(rows, line, ROW_FLAGS[name])
            elif (name, "frame") in self.ids and _fits(line, track, str):
                _set_value(rows, line, self.ids[name, "frame"])
            else:
                continue
            _drop(extra, OF_FRAMES, name)
        return ReadAttributes({**own, **({"attributes": values} if values else {})}, tuple(rows), extra)


@dataclass(frozen=True)
class ReadAttributes:
    """Values for a track's own row and for the row of each entry, and the unknown keys that are left."""

    own: Json
    rows: tuple[Json, ...]
    extra: Json


NO_LISTS = AdoptedLists({})


def adopt_attributes(tx: Connection, project_id: str, dataset: VisDataset) -> AdoptedLists:
    """Find or add a list of the project for each one that a file describes or uses.

    A list of the project with the same name gets the values of the file that it lacks. Where it holds per track and the
    file has it per frame, or the reverse, and where no list can have the name or that many values, the values stay
    among the unknown keys; for the former there is a note.
    """
    known = {one.name: one for one in attributes.list_attributes(tx, project_id)}
    ids: dict[tuple[str, Per], str] = {}
    added: list[str] = []
    notes: list[VisNote] = []
    for (name, per), wanted in _wanted(dataset).items():
        own = known.get(name)
        if own is not None and own.per != per:
            text = f"the project has it per {own.per}, the file per {per}; its values are kept but not shown."
            notes.append(VisNote("attributes", name, text))
            continue
        if own is None:
            own = _added(tx, project_id, name, per, wanted)
            if own is None:
                continue
            added.append(own.id)
            known[name] = own
        choices = tuple(dict.fromkeys((*own.choices, *wanted.values)))
        if choices != own.choices and len(choices) <= MOST_CHOICES:
            attributes.change_attribute(tx, own.id, choices=choices)
        ids[name, per] = own.id
    return AdoptedLists(ids, tuple(added), tuple(notes))


@dataclass(frozen=True)
class _Wanted:
    values: dict[str, None]
    key: str | None = None


def _wanted(dataset: VisDataset) -> dict[tuple[str, Per], _Wanted]:
    """The lists that a file describes, and then those that its tracks use, with their values in order."""
    found: dict[tuple[str, Per], _Wanted] = {}
    described = dataset.extra.get(LISTS)
    for one in described if isinstance(described, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str) and one.get("per") in ("track", "frame"):
            values = one.get("values")
            texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
            key = one.get("key")
            wanted = _Wanted(dict.fromkeys(texts), key if key in KEYS else None)
            found.setdefault((one["name"], one["per"]), wanted)
    for track in dataset.tracks:
        for name, value in _entries(track.extra, OF_TRACK):
            if isinstance(value, str):
                found.setdefault((name, "track"), _Wanted({})).values[value] = None
        for name, line in _entries(track.extra, OF_FRAMES):
            if _fits(line, track, str):
                values = dict.fromkeys(value for value in line if value is not None)
                found.setdefault((name, "frame"), _Wanted({})).values.update(values)
    return {key: wanted for key, wanted in found.items() if key[0].casefold() not in FLAGS}


def _added(tx: Connection, project_id: str, name: str, per: Per, wanted: _Wanted) -> Attribute | None:
    """A new list, without its key where another list has it; None where the project cannot have such a list."""
    taken = {one.key for one in attributes.list_attributes(tx, project_id)}
    if any(value != " ".join(value.split()) for value in (name, *wanted.values)):
        return None  # It would not leave as it came.
    try:
        return attributes.add_attribute(
            tx,
            project_id,
            name=name,
            choices=list(wanted.values),
            per=per,
            key=None if wanted.key in taken else wanted.key,
        )
    except StorageError:
        return None


def _entries(extra: Mapping[str, Any], key: str) -> Iterable[tuple[str, Any]]:
    found = extra.get(key)
    return tuple(found.items()) if isinstance(found, dict) else ()


def _fits(line: Any, track: VisTrack, kind: type) -> bool:
    """Whether a list has an entry of the kind or null for each frame, and no value where there is no mask."""
    if not isinstance(line, list) or len(line) != len(track.segmentations) or not any(line):
        return False
    return all(
        value is None or (isinstance(value, kind) and (rle is not None or not value))
        for value, rle in zip(line, track.segmentations, strict=True)
    )


def _set_flag(rows: Sequence[Json], line: Sequence[bool | None], column: str) -> None:
    for row, value in zip(rows, line, strict=True):
        if value:
            row[column] = True


def _set_value(rows: Sequence[Json], line: Sequence[str | None], attribute_id: str) -> None:
    for row, value in zip(rows, line, strict=True):
        if value is not None:
            row.setdefault("attributes", {})[attribute_id] = value


def _drop(extra: Json, key: str, name: str) -> None:
    left = {other: value for other, value in extra[key].items() if other != name}
    if left:
        extra[key] = left
    else:
        del extra[key]
