// @ts-check
/** Verdicts on the selected track, and the frames that they hold for. */

import * as verdicts from "../document/verdicts.js";
import { EVERYWHERE } from "./command.js";
import { complete, isComplete } from "./completing.js";
import { offerElsewhere } from "./everywhere.js";
import { filteredQueue, judgeAndAdvance, standing } from "./queue.js";
import { firstOf, framesInWords, lockedTrack, noVideo, unread } from "./reasons.js";

/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("../document/editbatch.js").Change} Change */
/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./command.js").Command} Command */
/** @typedef {(document: VideoDocument, track: Track, frames: [number, number], whole: boolean) => Change[]} Verdict */

const GROUP = "Review";

/** The scope of the review bar; a range that is not chosen is the frame. @param {Editor} app @returns {verdicts.Scope} */
export function scopeOf(app) {
  const wanted = app.preferences.now.scope;
  return /** @type {verdicts.Scope} */ (wanted === "range" && !app.view.now.range ? "frame" : wanted);
}

/** The frames that the scope covers, both in. @param {Editor} app @returns {[number, number]} */
export const framesOf = (app) =>
  verdicts.span(scopeOf(app), { frame: app.view.now.frame, range: app.view.now.range, count: app.document.count });

/** @param {Editor} app @returns {[number, number]} first and last frame */
const wholeVideo = (app) => [0, app.document.count - 1];

/** @type {import("./reasons.js").Check} */
const alreadyComplete = (app) => (isComplete(app, wholeVideo(app)) ? "The whole video is declared complete." : null);

/** The frames of the entry of the queue that is shown. @param {Editor} app @returns {[number, number]|null} both in; null without an entry */
function rangeOfEntry(app) {
  const items = filteredQueue(app);
  const item = items[standing(app, items)];
  return item ? [item.first, item.last] : null;
}

/** @type {WeakSet<readonly number[]>} ranges that came from an entry of the queue, not from a person */
const fromQueue = new WeakSet();

/** Take the frames of the shown entry of the queue as the range, unless a person chose one. @param {Editor} app */
function takeRange(app) {
  const { range } = app.view.now;
  if (range && !fromQueue.has(range)) return;
  const next = rangeOfEntry(app);
  if (!next) return;
  fromQueue.add(next);
  app.view.set({ range: next });
}

/** The changes of a verdict on the scope. @param {Editor} app @param {Verdict} make */
const changesOf = (app, make) =>
  app.track ? make(app.document, app.track, framesOf(app), scopeOf(app) === "whole") : [];

/** @param {string} kind @param {Verdict} make @returns {(app: Editor) => import("../document/editbatch.js").Edit|null} */
const verdict = (kind, make) => (app) => app.queue?.add(kind, changesOf(app, make)) ?? null;

/** @type {import("./reasons.js").Check} */
const scopeUnread = (app) => unread(app, framesOf(app));

/** The scope holds no mask, and the verdict would change nothing. @param {Verdict} make @returns {import("./reasons.js").Check} */
const noMask = (make) => (app) => {
  const [first, last] = framesOf(app);
  const rows = [...(app.track?.rows.values() ?? [])].filter((row) => row.frame >= first && row.frame <= last);
  if (rows.some((row) => row.state === "present") || changesOf(app, make).length) return null;
  const where = framesInWords(app, [first, last]);
  return `Track ${app.track?.number} has no mask on ${where}. Draw one, or say that it is absent (${app.keymap.keyOf("absent")}).`;
};

/** The scope holds no row. @type {import("./reasons.js").Check} */
const noRow = (app) => {
  const frames = framesOf(app);
  const rows = [...(app.track?.rows.keys() ?? [])];
  if (scopeOf(app) === "whole" || rows.some((frame) => frame >= frames[0] && frame <= frames[1])) return null;
  return `Track ${app.track?.number} is unknown on ${framesInWords(app, frames)}: there is nothing to change.`;
};

/** @type {import("./reasons.js").Check} */
const noKeyMask = (app) =>
  app.track?.rows.get(app.view.now.frame)?.state === "present"
    ? null
    : `Track ${app.track?.number} has no mask on frame ${app.view.now.frame}.`;

/** @param {Editor} app */
function remove(app) {
  if (app.stage?.takeBack(false)) return null;
  const { track } = app;
  const whole = scopeOf(app) === "whole";
  const edit = verdict("delete", verdicts.remove)(app);
  if (!edit || !whole) return edit;
  app.view.set({ selected: null });
  app.toast({
    icon: "trash",
    title: `Track ${track?.number} deleted`,
    text: "Its masks are kept; undo brings it back.",
    actions: [{ label: "Undo", run: () => app.commands.undoEdit(edit.id), undoes: true }],
  });
  return edit;
}

/** @param {Editor} app */
function rejected(app) {
  const { track } = app;
  const edit = verdict("reject", verdicts.reject)(app);
  if (edit && track?.rejected)
    offerElsewhere(app, track, `Track ${track.number} rejected`, { verb: "reject", category: track.category });
  return edit;
}

/** @param {string} id @param {string} name @param {string} title @param {string} key @returns {Command} */
const scope = (id, name, title, key) => ({
  id,
  title,
  group: GROUP,
  keys: [key],
  whilePreview: true,
  unavailable: noVideo,
  run: (app) => app.preferences.set({ scope: name }),
});

/** @type {readonly Command[]} */
export const JUDGING = Object.freeze([
  {
    id: "accept",
    title: "Accept",
    group: GROUP,
    keys: ["A"],
    icon: "check",
    places: EVERYWHERE,
    unavailable: firstOf(lockedTrack, scopeUnread, noMask(verdicts.accept)),
    run: (app) => judgeAndAdvance(app, () => verdict("accept", verdicts.accept)(app)),
  },
  {
    id: "reject",
    title: "Reject",
    group: GROUP,
    keys: ["X"],
    icon: "x",
    places: EVERYWHERE,
    unavailable: firstOf(lockedTrack, scopeUnread, noMask(verdicts.reject)),
    run: (app) => judgeAndAdvance(app, () => rejected(app)),
  },
  {
    id: "needsLook",
    title: "Needs a look",
    group: GROUP,
    keys: ["!"],
    icon: "warn",
    places: EVERYWHERE,
    unavailable: firstOf(lockedTrack, scopeUnread, noRow),
    run: verdict("look", verdicts.look),
  },
  {
    id: "keyFrame",
    title: "Key frame",
    group: GROUP,
    keys: ["K"],
    icon: "kprev",
    places: EVERYWHERE,
    unavailable: firstOf(lockedTrack, noKeyMask),
    run: (app) => app.track && app.queue?.add("key", verdicts.keyFrame(app.document, app.track, app.view.now.frame)),
  },
  {
    id: "remove",
    title: "Delete",
    group: GROUP,
    keys: ["Delete", "Backspace"],
    icon: "trash",
    places: EVERYWHERE,
    // A half drawn shape takes the key for its own last step.
    unavailable: (app) => (app.layers?.drawing ? null : firstOf(lockedTrack, scopeUnread, noRow)(app)),
    run: remove,
  },
  {
    id: "complete",
    title: "Declare complete",
    group: GROUP,
    keys: ["Shift+Enter"],
    icon: "flag",
    // What is left to judge in them is named first.
    unavailable: firstOf(noVideo, scopeUnread),
    run: (app) => complete(app, framesOf(app)),
  },
  {
    id: "completeVideo",
    title: "Declare the video complete",
    group: GROUP,
    keys: ["Ctrl+Enter"],
    icon: "flag",
    unavailable: firstOf(noVideo, alreadyComplete, (app) => unread(app, wholeVideo(app))),
    run: (app) => complete(app, wholeVideo(app)),
  },
  scope("scopeFrame", "frame", "Verdicts hold for the frame", "Shift+F"),
  {
    ...scope("scopeRange", "range", "Verdicts hold for the range", "Shift+R"),
    unavailable: (app) =>
      noVideo(app) ??
      (app.view.now.range || rangeOfEntry(app)
        ? null
        : "Choose a range first: Shift drag on the timeline, or go to an entry of the queue."),
    run: (app) => {
      takeRange(app);
      app.preferences.set({ scope: "range" });
    },
  },
  scope("scopeOnward", "onward", "Verdicts hold from here onward", "Shift+O"),
  scope("scopeWhole", "whole", "Verdicts hold for the whole track", "Shift+W"),
]);
