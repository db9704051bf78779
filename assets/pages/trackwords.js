// @ts-check
/** Words for where tracks come from, what they have, and who changed them. */

import { lettersOf, MACHINE, personOf } from "../kit/author.js";

/** @type {Record<string, string>} */
export const SOURCES = {
  proposed: "Proposed",
  propagated: "Propagated",
  interpolated: "Interpolated",
  drawn: "Drawn",
  imported: "Imported",
};

/** What every track may have beside the attributes of its project. @type {Record<string, string>} */
export const FLAGS = { occluded: "Occluded", truncated: "Truncated", crowd: "Crowd" };

/** @param {string|null} author @param {string} me the author's name of this browser */
export function nameOf(author, me) {
  if (author === null) return "";
  if (author === me) return "You";
  if (author.startsWith(MACHINE)) return "Model or import";
  // Letters that a browser made are no name, but they tell people apart.
  return lettersOf(author) ? `Person ${lettersOf(author)}` : personOf(author);
}

/** "Drawn, proposed". @param {readonly string[]} sources */
export function sourcesOf(sources) {
  const words = sources.map((name) => SOURCES[name] ?? name).join(", ");
  return words.slice(0, 1) + words.slice(1).toLowerCase();
}

/** "0.87", or a dash. @param {number|null} score 0 to 1 */
export const scoreOf = (score) => (score === null ? "–" : score.toFixed(2));
