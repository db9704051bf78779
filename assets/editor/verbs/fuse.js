// @ts-check
/** One row out of the rows of two tracks on one frame. */

import { isHuman } from "../document/document.js";
import { valuesOf } from "../document/rows.js";
import { union } from "../masks/combine.js";
import { stringify } from "../masks/rle.js";
import { drawnMask, weight } from "./moving.js";

/** @typedef {import("./plan.js").Row} Row */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {"first"|"second"|"union"} Choice what holds where both tracks say something */

/** Whether both rows say something that counts, and not the same. @param {Row|undefined} first @param {Row|undefined} second */
export function collide(first, second) {
  if (!first || !second || weight(first) < 3 || weight(second) < 3) return false;
  return first.state === "present" || second.state === "present";
}

/**
 * The row that stays of two.
 * @param {VideoDocument} document its masks of these rows are loaded where they are united
 * @param {Row|undefined} first @param {Row|undefined} second @param {Choice} choice
 * @returns {{row: Row}|{values: import("../../kit/wire.js").RowValues}|null} null where both have none
 */
export function fused(document, first, second, choice) {
  if (!first || !second) return first || second ? { row: /** @type {Row} */ (first ?? second) } : null;
  if (!collide(first, second)) return { row: weight(second) > weight(first) ? second : first };
  if (choice !== "union") return { row: choice === "first" ? first : second };
  if (first.state === "absent" || second.state === "absent") return { row: first.state === "absent" ? second : first };
  if (first.hash === second.hash) return { row: first };
  return { values: united(document, first, second) };
}

/** @param {VideoDocument} document @param {Row} first @param {Row} second @returns {import("../../kit/wire.js").RowValues} */
function united(document, first, second) {
  const counts = stringify(union(runsOf(document, first), runsOf(document, second)));
  const made = drawnMask(document, counts);
  if (isHuman(first) || isHuman(second)) return made;
  // Two masks that nobody judged stay unreviewed together.
  const values = { ...valuesOf(document.masks, document, first), rle: made.rle };
  delete values.mask;
  return values;
}

/** @param {VideoDocument} document @param {Row} row @returns {Uint32Array} throws where the mask is not loaded */
export function runsOf(document, row) {
  const runs = row.hash === null ? undefined : document.masks.runs(row.hash);
  if (!runs) throw new Error(`The mask of frame ${row.frame} is not loaded.`);
  return runs;
}
