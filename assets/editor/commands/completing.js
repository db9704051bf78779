// @ts-check
/** Declaring frames complete, with what nobody has judged in them named first. */

import { newIdentifier } from "../../kit/identifier.js";
import { openErrors } from "../document/likelyerrors.js";
import * as verdicts from "../document/verdicts.js";
import { categoriesInUse } from "../state.js";
import { laneMarks, Preview } from "./preview.js";
import { wholeQueue } from "./queue.js";
import { framesInWords } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */

const counted = (/** @type {number} */ count, /** @type {string} */ what) =>
  `${count} ${what}${count === 1 ? "" : "s"}`;

// What a retraining learns from complete frames: `model/training/supervision.py`. Unreviewed masks teach nothing.
const BACKGROUND = "only what has no track is background";

/**
 * What is left to judge in some frames: masks without a verdict, masks that need a look, and likely errors.
 * @param {Editor} app @param {[number, number]} frames first and last, both in
 */
export function leftIn(app, [first, last]) {
  const { likely, revision } = app.view.now;
  /** @type {{unreviewed: [track: string, frame: number][], look: [track: string, frame: number][]}} */
  const { unreviewed, look } = { unreviewed: [], look: [] };
  for (const track of app.document.list()) {
    if (track.rejected) continue;
    for (const row of track.rows.values()) {
      if (row.frame < first || row.frame > last || (row.state === "absent" && !row.look)) continue;
      if (!row.look && row.review !== "unreviewed") continue;
      (row.look ? look : unreviewed).push([track.id, row.frame]);
    }
  }
  const errors = openErrors(app.document, likely, revision).items.filter(({ at }) => at >= first && at <= last);
  const wrong = errors.map(({ track, at }) => /** @type {[string, number]} */ ([track, at]));
  const marks = [...laneMarks(unreviewed, "draft"), ...laneMarks([...look, ...wrong], "doubt")];
  const facts = [
    unreviewed.length && counted(unreviewed.length, "unreviewed mask"),
    look.length && `${look.length} to look at`,
    errors.length && counted(errors.length, "likely error"),
  ].filter((fact) => typeof fact === "string");
  return { facts, marks };
}

/** Ids of the categories for which frames are declared: those in use, and retired ones that a track still has. @param {Editor} app */
function categoriesOf({ document, session }) {
  const had = document.list().flatMap(({ category }) => category ?? []);
  return [...new Set([...categoriesInUse(session).map(({ id }) => id), ...had])];
}

/** Whether frames are declared complete for all these categories. @param {Editor} app @param {[number, number]} frames first and last, both in */
export const isComplete = (app, frames) => verdicts.isDeclared(app.document, frames, categoriesOf(app));

/**
 * Declare frames complete, or withdraw it. Where something in them waits for a verdict, a preview names it first.
 * @param {Editor} app @param {[number, number]} frames
 */
export function complete(app, frames) {
  const { facts, marks } = leftIn(app, frames);
  if (isComplete(app, frames) || !facts.length) return declare(app, frames);
  return new Preview({
    title: `Declare ${framesInWords(app, frames)} complete`,
    icon: "flag",
    facts: [...facts, BACKGROUND],
    marks,
    apply: () => declare(app, frames),
  });
}

/** @param {Editor} app @param {[number, number]} frames */
function declare(app, frames) {
  if (!app.queue) return null;
  const categories = categoriesOf(app);
  const named = categories.length === 1 ? "its category" : `${categories.length} categories`;
  const { changes, declared } = verdicts.complete(app.document, frames, categories, newIdentifier);
  const edit = app.queue.add("complete", changes);
  const words = framesInWords(app, frames);
  const what = words[0].toUpperCase() + words.slice(1);
  const next = app.registry.get("nextVideo");
  const onward = declared && !wholeQueue(app).length && !next.unavailable?.(app);
  app.toast({
    icon: "flag",
    title: declared ? `${what} declared complete` : `${what}: no longer complete`,
    name: "complete",
    text: declared ? `Everything of ${named} has a track there; the rest is background.` : "",
    actions: [
      ...(edit ? [{ label: "Undo", run: () => app.commands.undoEdit(edit.id), undoes: true }] : []),
      ...(onward ? [{ label: next.title, command: next.id, run: () => app.commands.nextVideo() }] : []),
    ],
  });
  return edit;
}
