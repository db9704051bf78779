"""How well the tools at the cursor draw, given the true box: IoU with the true masks of real videos.

Compared are the tool of the editor, its parts, and what needs no computing. A mask with an IoU below one half is wrong;
what counts against the tool most is a wrong mask that it calls sure. The videos are optional test material: sets that
are not there are left out. ``--frames`` chooses which of the annotated frames are asked, ``--sets`` which videos.
``--what clicks`` measures clicks instead of boxes, ``--what latency`` how long a person waits for a box, in the page.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from app.prompting.from_truth import TruthPrompts, prompted_results
from model.prompts import SURE, Prompt, PromptedMask, Prompter, clicks, colours
from model.prompts.boxes import box_in, only_in, placed
from model.prompts.cursor import CursorPrompter
from model.prompts.grabcut import GrabCut
from storage import rle
from storage.rle import Rle
from tests.benchmarks._prompt_clicks import CLICKS, click_table, procedural_things, real_things
from tests.benchmarks._prompt_clicks import measure as measure_clicks
from tests.benchmarks._prompt_latency import latency
from tests.benchmarks._tables import Table, options, progress, show
from tests.material import material_root

SETS = {
    "davis16_a": ("annotated_nc/davis16_a/instances.json", "annotated_nc/davis16_a/JPEGImages"),
    "schoolgirls": (
        "annotated_nc/davis17_schoolgirls/instances.json",
        "annotated_nc/davis17_schoolgirls/schoolgirls_h264.mp4",
    ),
    "caps": ("annotated/pumavos_caps/instances_keyframes.json", "annotated/pumavos_caps/JPEGImages"),
}
WRONG = 0.5
WAND_TOLERANCE = 32  # that the editor begins with


class _Salient:
    """U2-Netp alone, with its usual margin or the others."""

    def __init__(self, whole: CursorPrompter) -> None:
        self._whole = whole

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        assert prompt.box is not None
        if self._whole.salient is None:
            return PromptedMask(np.zeros(picture.shape[:2], dtype=bool), 0.0)
        return self._whole.salient.mask(picture, box_in(picture.shape, prompt.box)).answer


@dataclass(frozen=True)
class _Plain:
    """A prompter that is one function of picture and whole box."""

    draw: Callable[[np.ndarray, tuple[int, int, int, int]], np.ndarray]

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        assert prompt.box is not None
        return PromptedMask(self.draw(picture, box_in(picture.shape, prompt.box)), 0.0)


def _colours(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    return placed(picture.shape, box, colours.probability_in(picture, box) > 0.5)


def _wand(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    x, y = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
    return only_in(box, clicks.connected(picture, (x, y), WAND_TOLERANCE))


def _ellipse(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]] + 0.5
    across = (2 * x - box[0] - box[2]) / (box[2] - box[0])
    down = (2 * y - box[1] - box[3]) / (box[3] - box[1])
    return across**2 + down**2 <= 1


def _box(picture: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    return only_in(box, np.ones(picture.shape[:2], dtype=bool))


def prompters() -> dict[str, Prompter]:
    """The tool of the editor and what it is compared with."""
    return {
        "the tool": CursorPrompter(),
        "U2-Netp alone": _Salient(CursorPrompter()),
        "colours and place": _Plain(_colours),
        "GrabCut": GrabCut(),
        "ellipse in the box": _Plain(_ellipse),
        "wand": _Plain(_wand),
        "the box": _Plain(_box),
    }


@dataclass(frozen=True)
class PromptFigures:
    """One set and prompter. seconds: of computing for one prompt, the median, on all cores together."""

    videos: str
    prompter: str
    masks: int
    iou: float
    sure: int
    wrong: int
    sure_and_wrong: int
    seconds: float


class _Timed:
    """A prompter whose answers are timed, in seconds of the processor."""

    def __init__(self, prompter: Prompter) -> None:
        self._prompter, self.seconds = prompter, list[float]()

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        began = time.process_time()
        answer = self._prompter.mask(picture, prompt)
        self.seconds.append(time.process_time() - began)
        return answer


def measure(name: str, frames: str) -> Iterator[PromptFigures]:
    """The figures of every prompter on one set, on the first, or all, annotated frames of each track."""
    asked = _truth(name)
    if frames == "first":
        firsts = tuple(replace(track, segmentations=_only_first(track.segmentations)) for track in asked.dataset.tracks)
        asked = replace(asked, dataset=replace(asked.dataset, tracks=firsts))
    tracks = {track.id: track for track in asked.dataset.tracks}
    for title, prompter in prompters().items():
        timed = _Timed(prompter)
        done = prompted_results(
            asked, timed, report=lambda share, text, title=title: progress(f"{name}, {title}: {text}")
        )
        scores: list[tuple[float, float]] = []
        for result in done.results:
            true = tracks[result.extra["track_id"]].segmentations
            for frame, confidence in enumerate(result.extra["confidence"]):
                if confidence is not None:
                    mask, known = result.segmentations[frame], true[frame]
                    scores.append((rle.iou(mask, known) if mask and known else 0.0, confidence))
        sure = [iou for iou, confidence in scores if confidence >= SURE]
        yield PromptFigures(
            name,
            title,
            len(scores),
            float(np.mean([iou for iou, _ in scores])),
            len(sure),
            sum(iou < WRONG for iou, _ in scores),
            sum(iou < WRONG for iou in sure),
            float(np.median(timed.seconds)),
        )


def _only_first(masks: Sequence[Rle | None]) -> tuple[Rle | None, ...]:
    """The masks with only the first one left."""
    first = next((at for at, mask in enumerate(masks) if mask is not None), None)
    return tuple(mask if at == first else None for at, mask in enumerate(masks))


def table(names: list[str], frames: str) -> Table:
    """Every set that is there, with every prompter."""
    found = [figures for name in names for figures in measure(name, frames)]
    rows = [
        (
            line.videos,
            line.prompter,
            str(line.masks),
            f"{line.iou:.3f}",
            f"{line.sure}" if line.prompter in {"the tool", "U2-Netp alone", "GrabCut"} else "-",
            f"{line.sure_and_wrong}" if line.prompter in {"the tool", "U2-Netp alone", "GrabCut"} else "-",
            f"{line.seconds:.2f} s",
        )
        for line in found
    ]
    of_tool = [line for line in found if line.prompter == "the tool"]
    sure, wrong = sum(line.sure for line in of_tool), sum(line.sure_and_wrong for line in of_tool)
    share = f"{100 * wrong / sure:.1f} %" if sure else "none"
    notes = (
        f"Of {sure} masks that the tool calls sure, {wrong} have an IoU below {WRONG}: {share}. Seconds are of "
        "one processor, the median of a set.",
    )
    columns = ("videos", "given the true box", "masks", "mean IoU", "called sure", "of these wrong", "computing")
    return Table("Box to mask", columns, rows, [asdict(line) for line in found], notes, timed=True)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--frames", choices=("first", "all"), default="first", help="which annotated frames are asked")
    parser.add_argument("--what", choices=("boxes", "clicks", "latency"), default="boxes", help="what is measured")
    parser.add_argument("--count", type=int, default=6, help="boxes of each kind in a clip; procedural videos")
    parser.add_argument("--sets", nargs="+", choices=tuple(SETS), default=list(SETS), metavar="NAME")
    parser.add_argument("--clicks", type=int, default=max(CLICKS), help="most clicks a thing (default %(default)s)")
    arguments = parser.parse_args()
    names = [name for name in arguments.sets if (material_root() / "data" / SETS[name][0]).exists()]
    if arguments.what == "boxes":
        show(table(names, arguments.frames), arguments)
    elif arguments.what == "clicks":
        prompter = CursorPrompter()
        sets = [(name, real_things(_truth(name))) for name in names]
        sets.append(("procedural", procedural_things(arguments.count)))
        found = [measure_clicks(name, things, prompter, arguments.clicks) for name, things in sets]
        show(click_table(found), arguments)
    else:
        show(latency(_truth("davis16_a"), arguments.count), arguments)


def _truth(name: str) -> TruthPrompts:
    truth, pictures = (material_root() / "data" / part for part in SETS[name])
    return TruthPrompts.read(truth, pictures)


if __name__ == "__main__":
    main()
