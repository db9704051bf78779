"""The state of a video between two windows as bytes (arrays in npz, no pickle), from which a run resumes.

Equal states give equal bytes, and a resumed run gives the results of an undisturbed one. The names inside the archive
are part of the stored format: runs that an earlier version left unfinished resume from them.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from zipfile import BadZipFile

import numpy as np

from model.tracking.held_frames import HeldFrames, WindowVote
from model.tracking.scene_cuts import FrameSignature, SceneCuts
from model.tracking.settings import SettledSettings, with_thresholds
from model.tracking.stitcher import Stitcher
from model.tracking.track_memory import KnownTrack, TrackAppearance
from model.tracking.window_frames import VideoPosition, WindowReader

FORMAT = "tevit-windows 1"


class StateMismatch(ValueError):
    """A state that a run cannot resume from: of other settings, another version, or damaged."""


def store(stitcher: Stitcher, reader: WindowReader, *, settings: SettledSettings, config: Mapping[str, Any]) -> bytes:
    """The state of a video between two windows; ``config`` is that of the network, JSON-ready."""
    cuts = reader.cuts
    facts = {
        "format": FORMAT,
        "manner": {"config": config, **asdict(settings)},
        "settings": asdict(stitcher.settings),
        "place": asdict(reader.place),
        "frame_hw": list(reader.frame_hw or ()),
        "done": stitcher.done,
        "looked": stitcher.processed,
        "cuts": {"seen": cuts.seen, "found": cuts.found, "recent": cuts.recent},
    }
    arrays = {"facts": np.frombuffer(json.dumps(facts, sort_keys=True).encode(), np.uint8)}
    for name, frame in (("latest", cuts.latest), ("before", cuts.before)):
        if frame is not None:
            arrays |= {f"{name}_colours": frame.colours, f"{name}_layout": frame.layout}
    arrays |= _track_arrays(stitcher.memory.tracks) | _vote_arrays(stitcher.held)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    return packed.getvalue()


def restore(
    state: bytes,
    stitcher: Stitcher,
    reader: WindowReader,
    *,
    settings: SettledSettings,
    config: Mapping[str, Any],
) -> None:
    """Sets a new stitcher and reader to the state.

    Raises :class:`StateMismatch` for a state that is damaged or was made with other settings or another network.
    """
    facts, arrays = _unpacked(state)
    facts["manner"] = with_thresholds(facts["manner"])
    wanted = {"manner": {"config": config, **asdict(settings)}, "settings": asdict(stitcher.settings)}
    for part, values in json.loads(json.dumps(wanted)).items():
        if facts[part] != values:
            keys = sorted(key for key in values if facts[part].get(key) != values[key])
            raise StateMismatch(
                f"this video was begun with another {' and '.join(keys)}; go on with the same one or begin anew"
            )
    stitcher.done, stitcher.processed = facts["done"], facts["looked"]
    stitcher.memory.tracks = _tracks(arrays)
    stitcher.held = _held(arrays)
    reader.start_at(
        VideoPosition(**facts["place"]), frame_hw=tuple(facts["frame_hw"]), cuts=_cuts(facts["cuts"], arrays)
    )


def _unpacked(state: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    try:
        with np.load(io.BytesIO(state), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        facts = json.loads(arrays.pop("facts").tobytes())
    except (BadZipFile, ValueError, KeyError, OSError, EOFError) as error:
        raise StateMismatch(f"the state of this video cannot be read ({error}); begin it anew") from error
    if facts.get("format") != FORMAT:
        raise StateMismatch(
            f"the state of this video has the format {facts.get('format')!r} and not {FORMAT!r}; begin it anew"
        )
    return facts, arrays


def _cuts(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> SceneCuts:
    signatures = {
        name: FrameSignature(arrays[f"{name}_colours"], arrays[f"{name}_layout"])
        if f"{name}_layout" in arrays
        else None
        for name in ("latest", "before")
    }
    return SceneCuts(facts["seen"], list(facts["found"]), list(facts["recent"]), **signatures)


def _track_arrays(tracks: list[KnownTrack]) -> dict[str, np.ndarray]:
    known = [(track.number, track.appearance) for track in tracks if track.appearance is not None]
    return {
        "votes": np.array([track.class_scores for track in tracks]),
        "frames": np.array([track.frames for track in tracks], np.float64),
        "known": np.array([number for number, _ in known], np.int64),
        "embeddings": np.array([appearance.embedding for _, appearance in known], np.float32),
        "colours": np.array([appearance.colour for _, appearance in known], np.float32),
        "boxes": np.array([appearance.box for _, appearance in known], np.float32),
        "seen": np.array([appearance.seen for _, appearance in known], np.int64),
    }


def _tracks(arrays: dict[str, np.ndarray]) -> list[KnownTrack]:
    tracks = [
        KnownTrack(number, scores, frames)
        for number, (scores, frames) in enumerate(zip(arrays["votes"], arrays["frames"].tolist(), strict=True))
    ]
    for row, number in enumerate(arrays["known"].tolist()):
        tracks[number].appearance = TrackAppearance(
            arrays["embeddings"][row], arrays["colours"][row], arrays["boxes"][row], int(arrays["seen"][row])
        )
    return tracks


def _vote_arrays(held: HeldFrames) -> dict[str, np.ndarray]:
    votes = [
        (track, frame, vote)
        for track, frames in sorted(held.votes.items())
        for frame, of_frame in sorted(frames.items())
        for vote in of_frame
    ]
    return {
        "covered": np.array(sorted(held.coverage.items()), np.float64).reshape(-1, 2),
        "word_places": np.array([(track, frame) for track, frame, _ in votes], np.int64).reshape(-1, 2),
        "word_facts": np.array([(vote.weight, vote.present, vote.score) for _, _, vote in votes], np.float64).reshape(
            -1, 3
        ),
        "word_masks": np.array([vote.probability for _, _, vote in votes], np.uint8),
        "word_boxes": np.array([vote.box for _, _, vote in votes], np.float32).reshape(-1, 4),
    }


def _held(arrays: dict[str, np.ndarray]) -> HeldFrames:
    held = HeldFrames({int(frame): weight for frame, weight in arrays["covered"].tolist()})
    for (track, frame), (weight, present, score), mask, box in zip(
        arrays["word_places"].tolist(),
        arrays["word_facts"].tolist(),
        arrays["word_masks"],
        arrays["word_boxes"],
        strict=True,
    ):
        held.add(track, frame, WindowVote(weight, bool(present), score, mask, box))
    return held
