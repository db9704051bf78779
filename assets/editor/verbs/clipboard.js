// @ts-check
/** Copy, paste and copy onward as commands: the clipboard of this page holds one mask. */

import { EVERYWHERE } from "../commands/command.js";
import { newIdentifier } from "../../kit/identifier.js";
import { scopeOf } from "../commands/judging.js";
import { lockedTrack, noTrack, noVideo } from "../commands/reasons.js";
import { clipOf, copyOnward, paste } from "./copies.js";
import { answered, lastFrame, offered } from "./offer.js";
import { GROUP, noMaskHere, trackOf } from "./subjects.js";

/** @typedef {import("../commands/command.js").Command} Command */
/** @typedef {import("../commands/preview.js").Preview} Preview */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./copies.js").Offset} Offset */

/** @type {import("./copies.js").Clip|null} */
let clip = null;

/** Pixels that an arrow key moves a copy, and with Shift. */
const STEPS = Object.freeze({ "": 1, "Shift+": 10 });
const ARROWS = Object.freeze({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });
/** How many frames copies go on, and what the answers are called; 0: as far as they can. */
const COUNTS = Object.freeze([5, 10, 25, 0]);

/** @typedef {ReturnType<typeof answered>} Answer */

/** The keys that move a preview. @param {Offset} offset @param {(offset: Offset) => Answer} make @returns {Record<string, () => Answer>} */
function arrows(offset, make) {
  /** @type {Record<string, () => Answer>} */
  const keys = {};
  for (const [key, [x, y]] of Object.entries(ARROWS)) {
    for (const [held, step] of Object.entries(STEPS))
      keys[held + key] = () => make([offset[0] + x * step, offset[1] + y * step]);
  }
  return keys;
}

/** @type {import("../commands/reasons.js").Check} */
const noMaskOf = ({ document, track, view }) =>
  track && clipOf(document, track.id, view.now.frame)
    ? null
    : `Track ${track?.number} has no mask on frame ${view.now.frame}.`;

/** @param {Editor} app */
function copy(app) {
  clip = clipOf(app.document, trackOf(app).id, app.view.now.frame);
  if (!clip) return;
  const text = `Paste it on another frame (${app.keymap.keyOf("pasteMask")}).`;
  app.toast({ icon: "copy", title: `Mask of track ${clip.track.number} copied`, text, name: "copied" });
}

/** @param {Editor} app @param {string} id @param {Offset} offset @returns {import("./offer.js").Offer} */
function pasteOffer(app, id, offset) {
  const { frame, selected: track } = app.view.now;
  const copied = /** @type {import("./copies.js").Clip} */ (clip);
  return {
    title: "Paste",
    icon: "copy",
    rows: [frame, frame],
    always: true,
    make: () => paste(app.document, { clip: copied, track, frame, offset, id, locked: app.view.now.locked }),
    select: () => track ?? id,
    keys: arrows(offset, (next) => answered(app, pasteOffer(app, id, next))),
  };
}

/** @param {Editor} app @param {{track: string, frame: number, count: number, offset: Offset}} how @returns {import("./offer.js").Offer} */
function onwardOffer(app, how) {
  const { track, frame, count, offset } = how;
  const end = lastFrame(app);
  const { range } = app.view.now;
  const ranged = scopeOf(app) === "range" && range && range[1] > frame;
  const last = ranged ? Math.min(end, range[1]) : count ? Math.min(end, frame + count) : end;
  return {
    title: "Copy to the next frames",
    icon: "spread",
    rows: [frame, last],
    masks: () => [{ track, frame }],
    make: () =>
      copyOnward(app.document, { track, frame, frames: [frame + 1, last], offset, locked: app.view.now.locked }),
    keys: arrows(offset, (next) => answered(app, onwardOffer(app, { ...how, offset: next }))),
    questions: () =>
      ranged
        ? []
        : [
            {
              label: "Frames to copy to",
              answers: COUNTS.map((n) => ({ name: String(n), label: n ? String(n) : "All" })),
              chosen: String(count),
              choose: (name) => answered(app, onwardOffer(app, { ...how, count: Number(name) })),
            },
          ],
  };
}

/** @type {Command} */
export const COPY_MASK = Object.freeze({
  id: "copyMask",
  title: "Copy this mask",
  group: GROUP,
  keys: ["Ctrl+C"],
  icon: "copy",
  places: EVERYWHERE,
  unavailable: (app) => noTrack(app) ?? noMaskOf(app),
  run: copy,
});

/** @type {Command} */
export const PASTE_MASK = Object.freeze({
  id: "pasteMask",
  title: "Paste the copied mask",
  group: GROUP,
  keys: ["Ctrl+V"],
  icon: "copy",
  places: EVERYWHERE,
  unavailable: (app) => (clip ? (app.track ? lockedTrack(app) : noVideo(app)) : "No mask was copied yet."),
  run: (app) => offered(app, pasteOffer(app, newIdentifier(), [0, 0])),
});

/** @type {Command} */
export const COPY_ONWARD = Object.freeze({
  id: "copyOnward",
  title: "Copy this mask to the next frames",
  group: GROUP,
  keys: ["Ctrl+B"],
  icon: "spread",
  places: EVERYWHERE,
  unavailable: noMaskHere,
  run: (app) =>
    offered(app, onwardOffer(app, { track: trackOf(app).id, frame: app.view.now.frame, count: 10, offset: [0, 0] })),
});
