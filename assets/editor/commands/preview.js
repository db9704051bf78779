// @ts-check
/** What a command would change, shown in the review bar and on the lanes before it is applied. */

import { runsOf } from "../document/frameruns.js";

/** @typedef {import("../editor.js").Editor} Editor */

/**
 * Frames of a lane that would change. "draft": it gets or changes masks there; "doubt": it does, but look at them;
 * "gone": its masks there go away.
 * @typedef {object} LaneMark
 * @property {string} track id
 * @property {number} first frame
 * @property {number} last frame, included
 * @property {"draft"|"doubt"|"gone"} kind
 * @property {number[]} [levels] how sure each frame is, 0 to 1
 * @property {(number|null)[]} [changes] how much the mask of each frame changes, 0 to 1; null where there was none
 * @property {boolean} [faint] Apply leaves it out
 */

/**
 * The marks of some rows: one for neighbours in time, since a long video has thousands.
 * @param {Iterable<readonly [track: string, frame: number]>} rows in any order @param {LaneMark["kind"]} kind
 * @returns {LaneMark[]}
 */
export function laneMarks(rows, kind) {
  /** @type {Map<string, number[]>} */
  const byTrack = new Map();
  for (const [track, frame] of rows) {
    const frames = byTrack.get(track);
    if (frames) frames.push(frame);
    else byTrack.set(track, [frame]);
  }
  return [...byTrack].flatMap(([track, frames]) =>
    runsOf(frames).map(([first, last]) => ({ track, first, last, kind })),
  );
}

/**
 * A mask as it would be, drawn on the canvas as a broken line.
 * @typedef {object} DraftMask
 * @property {number} number of the track, for the colour
 * @property {ArrayLike<number>} runs COCO run lengths, column by column
 */

/**
 * A question that the preview leaves open, answered in the review bar: where two tracks overlap, keep this one or that.
 * @typedef {object} Question
 * @property {string} label
 * @property {readonly {name: string, label: string}[]} answers
 * @property {string} chosen name of an answer
 * @property {(name: string) => Preview|Promise<Preview|null>|null} choose the preview with another answer; null where the
 *   preview was left meanwhile
 */

/**
 * @typedef {object} PreviewParts
 * @property {string} title "Merge 7 into 3"
 * @property {string} [icon]
 * @property {readonly string[]} facts what changes, in numbers: ["42 frames", "3 overlap"]
 * @property {readonly LaneMark[]} [marks]
 * @property {readonly Question[]} [questions]
 * @property {(frame: number) => readonly DraftMask[]} [masks]
 * @property {(frame: number) => string} [here] what it says of the shown frame
 * @property {readonly {label: string, icon: string, key: string, run: () => unknown}[]} [buttons] before Discard; `key` is one of `keys`
 * @property {Readonly<Record<string, () => Preview|Promise<Preview|null>|null>>} [keys] more keys while it is shown, by name: ArrowLeft moves a
 *   copy. Each returns the preview that takes its place, or null where nothing changes
 * @property {(app: Editor) => unknown} apply makes the one edit; called once
 * @property {() => void} [discard] called once where it is not applied
 * @property {(app: Editor) => Preview|Promise<Preview|null>|null} [again] the preview after tracks changed meanwhile; without it,
 *   or with null, the preview is discarded and a toast says so
 */

export class Preview {
  /** @param {PreviewParts} parts */
  constructor({ icon = "edit", marks = [], questions = [], keys = {}, masks = () => [], ...parts }) {
    this.here = parts.here ?? (() => "");
    this.buttons = parts.buttons ?? [];
    this.title = parts.title;
    this.icon = icon;
    this.facts = parts.facts;
    this.marks = marks;
    this.questions = questions;
    this.keys = keys;
    this.masks = masks;
    this.apply = parts.apply;
    this.discard = parts.discard ?? (() => {});
    this.again = parts.again ?? (() => null);
    Object.freeze(this);
  }
}
