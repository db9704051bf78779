// @ts-check
/** The dialog of a conflict: both versions of a mask, and the choice between them. */

import { colourNumber, colourOf } from "../../look/palette.js";
import { h, swatch } from "../../kit/dom.js";
import { plural } from "../../kit/text.js";
import { openDialog } from "../../kit/floating.js";
import { clamp } from "../../kit/numbers.js";
import { outlinePath } from "../masks/outline.js";
import { join } from "../masks/raster.js";
import { bounds, parse } from "../masks/rle.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @typedef {import("../document/editbatch.js").Conflict} Conflict */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */

/** Id of the edit whose dialog is open, else empty: conflicts are shown one after another. */
let shown = "";

/**
 * Ask for a choice in a dialog, or in a toast where the dialog fails.
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

/** Show the next conflict, if there is one. @param {Editor} app */
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
  const { track: id, frame } = rows[0] ?? edit.changes[0];
  const after = rows[0]?.after;
  // Without the mask of the other edit the dialog still names what changed.
  if (frame !== null && after?.mask && !app.document.masks.has(after.mask))
    await app.showing?.fetchMasks(frame, frame + 1).catch(() => {});
  if (!app.queue?.conflicts.has(edit.id)) return;
  const track = id === null ? undefined : app.document.tracks.get(id);
  const more = rows.length > 1 ? ` and ${plural(rows.length - 1, "more row")}` : "";
  const chosen = (/** @type {boolean} */ mine) => () => {
    close();
    choose(app, conflict, mine);
  };
  const close = openDialog(
    app.root,
    h(
      "div",
      null,
      h(
        "div.v-conflicthead",
        null,
        h(
          "h2",
          null,
          frame === null ? "" : `Frame ${frame} of `,
          track ? [swatch(track.number, colourNumber(track)), ` ${app.title(track)}`] : "The video",
          `${more} changed in the meantime`,
        ),
        h("p.v-t2", null, "Somebody else saved a change first. Nothing was overwritten; choose what to keep."),
      ),
      frame === null ? null : comparison(app, conflict, id, frame),
      h(
        "div.v-row.v-conflictfoot",
        null,
        h("span.v-grow"),
        h("button.v-btn.v-large.v-outline", { type: "button", onclick: chosen(false) }, "Keep theirs"),
        h("button.v-btn.v-large.v-pri", { type: "button", onclick: chosen(true) }, "Apply mine on top"),
      ),
    ),
    { label: "Conflict", className: "v-conflict", closable: false },
  );
}

/** Both versions of a mask, side by side. @param {Editor} app @param {Conflict} conflict @param {string|null} track @param {number} frame */
function comparison(app, { edit, rows }, track, frame) {
  const { masks } = app.document;
  const here = app.document.row(track, frame);
  const mine = edit.changes.find((change) => change.track === track && change.frame === frame)?.after;
  // The page shows the edit with all that build on it.
  const ours = masks.text(here?.hash ?? "") ?? mine?.rle?.counts;
  const theirs = masks.text(rows[0]?.after?.mask ?? "");
  const owner = track === null ? undefined : app.document.tracks.get(track);
  const number = owner ? colourNumber(owner) : 1;
  const common = { number, frame };
  const note = describe(mine ? { ...here, ...mine, look: null } : null, "not saved yet");
  const other = describe(rows[0]?.after, `saved as edit ${rows[0]?.version}`);
  return h(
    "div.v-compare",
    null,
    figure(app, { ...common, counts: ours, other: theirs, title: "Yours", note, chosen: true }),
    figure(app, { ...common, counts: theirs, other: ours, title: "Theirs", note: other, chosen: false }),
  );
}

/** A version of a row in words. @param {RowValues|null|undefined} after @param {string} end */
function describe(after, end) {
  if (!after) return `deleted, ${end}`;
  return `${after.state === "absent" ? "absent" : (after.source ?? "drawn")}, ${after.review ?? "corrected"}, ${end}`;
}

/**
 * A mask on the picture of its frame, cropped to both masks.
 * @param {Editor} app
 * @param {{number: number, counts: string|undefined, other: string|undefined, frame: number, title: string, note: string, chosen: boolean}} what
 *   `number` of the track; `counts` of the mask, `other` of the one beside it
 */
function figure(app, { number, counts, other, frame, title, note, chosen }) {
  const { height, width } = app.document;
  const canvas = h("canvas", { width: 290, height: 200 });
  const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const boxes = [counts, other].flatMap((text) => (text ? [bounds(parse(text), height)] : []));
  const { scale, left, top } = cropOf(boxes.reduce(join, null) ?? [0, 0, width, height], canvas, { height, width });
  g.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
  app.showing?.frames
    .get(frame)
    .then((picture) => {
      g.drawImage(picture, 0, 0, width, height);
      if (!counts) return;
      const path = outlinePath(parse(counts), height, width);
      g.fillStyle = colourOf(number);
      g.globalAlpha = 0.45;
      g.fill(path, "evenodd");
      g.globalAlpha = 1;
      g.strokeStyle = "white";
      g.lineWidth = 1.8 / scale;
      g.stroke(path);
    })
    .catch(() => {}); // the notes below the picture name both versions
  return h(
    "figure",
    { class: chosen ? "v-chosen" : "" },
    canvas,
    h("figcaption", null, h("b", null, title), h("span.v-t2", null, note)),
  );
}

/**
 * The part of a picture around a box: no more of it lies outside of the picture than must.
 * @param {import("../masks/raster.js").Box} box picture pixels @param {{height: number, width: number}} shown pixels of the canvas
 * @param {{height: number, width: number}} picture
 * @returns {{scale: number, left: number, top: number}} canvas pixels a picture pixel, and the upper left corner in the picture
 */
export function cropOf([x0, y0, x1, y1], shown, picture) {
  const scale = Math.min(shown.width / (x1 - x0 + 60), shown.height / (y1 - y0 + 40), 8);
  const place = (/** @type {number} */ middle, /** @type {number} */ seen, /** @type {number} */ whole) =>
    seen < whole ? clamp(middle - seen / 2, 0, whole - seen) : (whole - seen) / 2;
  return {
    scale,
    left: place((x0 + x1) / 2, shown.width / scale, picture.width),
    top: place((y0 + y1) / 2, shown.height / scale, picture.height),
  };
}
