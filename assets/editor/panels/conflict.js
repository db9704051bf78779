// @ts-check
/** Somebody changed the same masks: show both, and let the person choose. */

import { colourOf } from "../../look/palette.js";
import { h, swatch } from "../../kit/dom.js";
import { plural } from "../../kit/text.js";
import { openDialog } from "../../kit/floating.js";
import { outlinePath } from "../masks/outline.js";
import { bounds, parse } from "../masks/rle.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @typedef {{edit: import("../document/editbatch.js").Edit, rows: any[]}} Conflict */

/** Id of the edit whose dialog is open, else empty: conflicts are shown one after another. */
let shown = "";

/**
 * Let the person choose; where the dialog fails, a toast asks the same.
 * @param {Editor} app @param {Conflict} conflict
 */
export async function showConflict(app, conflict) {
  if (shown && app.queue?.conflicts.has(shown)) return;
  shown = conflict.edit.id;
  try {
    await openConflict(app, conflict);
  } catch (error) {
    console.error(error);
    app.toast({
      tone: "bad",
      icon: "warn",
      title: "A mask of yours changed in the meantime",
      text: "Somebody else saved a change first. Nothing was overwritten; choose what to keep.",
      name: "conflict",
      actions: [
        { label: "Keep theirs", run: () => choose(app, conflict, false) },
        { label: "Apply mine on top", run: () => choose(app, conflict, true) },
      ],
    });
  }
}

/** Show the next conflict that waits, if there is one. @param {Editor} app */
export function nextConflict(app) {
  const [next] = app.queue?.conflicts.values() ?? [];
  if (next) showConflict(app, next);
}

/** @param {Editor} app @param {Conflict} conflict @param {boolean} mine */
function choose(app, { edit }, mine) {
  shown = "";
  app.queue?.resolve(edit.id, mine);
  if (!mine) app.reload();
  nextConflict(app);
}

/** @param {Editor} app @param {Conflict} conflict */
async function openConflict(app, conflict) {
  const { edit, rows } = conflict;
  const row = rows[0] ?? { track: edit.changes[0].track, frame: edit.changes[0].frame };
  const track = app.document.tracks.get(row.track);
  const onFrame = typeof row.frame === "number";
  const more = rows.length > 1 ? ` and ${plural(rows.length - 1, "more row")}` : "";
  const mine = edit.changes.find((/** @type {any} */ c) => c.track === row.track && c.frame === row.frame)?.after;
  const what = onFrame ? `Frame ${row.frame} of ` : "";
  let close = () => {};
  const chosen = (/** @type {boolean} */ mine) => () => {
    close();
    choose(app, conflict, mine);
  };
  // Without their mask the dialog still says who changed what.
  if (row.after?.mask && !app.document.masks.has(row.after.mask))
    await app.showing?.fetchMasks(row.frame, row.frame + 1).catch(() => {});
  if (!app.queue?.conflicts.has(edit.id)) return;
  const here = app.document.row(row.track, row.frame);
  // What this page shows: the edit with all that build on it.
  const ours = app.document.masks.text(here?.hash ?? "") ?? mine?.rle?.counts;
  const theirs = app.document.masks.text(row.after?.mask ?? "");
  const pictures = onFrame
    ? h(
        "div",
        { class: "v-compare" },
        figure(app, {
          track,
          counts: ours,
          frame: row.frame,
          other: theirs,
          title: "Yours",
          note: said(mine && { ...here, ...mine }, "not saved yet"),
          chosen: true,
        }),
        figure(app, {
          track,
          counts: theirs,
          frame: row.frame,
          other: ours,
          title: "Theirs",
          note: said(row.after, `saved as edit ${row.version}`),
          chosen: false,
        }),
      )
    : null;
  close = openDialog(
    app.root,
    h(
      "div",
      {},
      h(
        "div",
        { class: "v-conflicthead" },
        h(
          "h2",
          {},
          what,
          track ? [swatch(track.number), ` ${app.title(track)}`] : "The video",
          `${more} changed in the meantime`,
        ),
        h("p", { class: "v-t2" }, "Somebody else saved a change first. Nothing was overwritten; choose what to keep."),
      ),
      pictures,
      h(
        "div",
        { class: "v-row v-conflictfoot" },
        h("span", { class: "v-grow" }),
        h("button", { class: "v-btn v-large v-outline", type: "button", onclick: chosen(false) }, "Keep theirs"),
        h("button", { class: "v-btn v-large v-pri", type: "button", onclick: chosen(true) }, "Apply mine on top"),
      ),
    ),
    { label: "Conflict", className: "v-conflict", closable: false },
  );
}

/** @param {any} after @param {string} end */
function said(after, end) {
  if (!after) return `deleted, ${end}`;
  return `${after.state === "absent" || after.state === 0 ? "absent" : (after.source ?? "drawn")}, ${after.review ?? "corrected"}, ${end}`;
}

/** @param {Editor} app @param {{track: any, counts: string|undefined, other: string|undefined, frame: number, title: string, note: string, chosen: boolean}} what */
function figure(app, { track, counts, other, frame, title, note, chosen }) {
  const { height, width } = app.document;
  const canvas = h("canvas", { width: 290, height: 200 });
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const boxes = [counts, other]
    .filter(Boolean)
    .map((text) => bounds(parse(/** @type {string} */ (text)), height))
    .filter((found) => found !== null);
  const box = boxes.length
    ? [
        Math.min(...boxes.map((b) => b[0])),
        Math.min(...boxes.map((b) => b[1])),
        Math.max(...boxes.map((b) => b[2])),
        Math.max(...boxes.map((b) => b[3])),
      ]
    : [0, 0, width, height];
  const scale = Math.min(290 / (box[2] - box[0] + 60), 200 / (box[3] - box[1] + 40), 8);
  g.setTransform(scale, 0, 0, scale, 145 - ((box[0] + box[2]) / 2) * scale, 100 - ((box[1] + box[3]) / 2) * scale);
  app.showing?.frames
    .get(frame)
    .then((/** @type {any} */ picture) => {
      g.drawImage(picture, 0, 0);
      if (!counts) return;
      const path = outlinePath(parse(counts), height, width);
      g.fillStyle = colourOf(track?.number ?? 1);
      g.globalAlpha = 0.45;
      g.fill(path, "evenodd");
      g.globalAlpha = 1;
      g.strokeStyle = "white";
      g.lineWidth = 1.8 / scale;
      g.stroke(path);
    })
    .catch(() => {});
  return h(
    "figure",
    { class: chosen ? "v-chosen" : "" },
    canvas,
    h("figcaption", {}, h("b", {}, title), h("span", { class: "v-t2" }, note)),
  );
}
