// @ts-check
/** Restore an earlier version of one track: its own row and all its masks as they were after an edit. */

import { plural } from "../../kit/text.js";
import { api } from "../api.js";
import { lockedTrack } from "../commands/reasons.js";
import { isHuman } from "../document/document.js";
import { rowOf, sameRow } from "../document/rows.js";
import { openVideo } from "../state.js";
import { clear, ownValues } from "./moving.js";
import { lastFrame, offered } from "./offer.js";
import { humanWords, laneMark, planned, refused, tracksOf } from "./plan.js";
import { GROUP } from "./subjects.js";

/** @typedef {import("./plan.js").Row} Row */
/** @typedef {import("./plan.js").VideoDocument} VideoDocument */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */
/** @typedef {{number: number, own: RowValues, rows: [frame: number, after: RowValues][]}} Version of a track, after an edit */

/**
 * @param {VideoDocument} document @param {{track: string, version: Version, locked: Set<string>}} args
 * @returns {import("./plan.js").Outcome}
 */
export function restore(document, { track: name, version, locked }) {
  const found = tracksOf(document, [name], locked);
  if ("refused" in found) return found;
  const [track] = found.tracks;
  const { changes, back, gone } = differences(document, track, version);
  const own = ownDifference(track, version.own);
  if (own) changes.unshift({ track: name, frame: null, after: own });
  if (!changes.length) return refused(`Track ${track.number} is as it was then.`);
  const human = [...back, ...gone].filter((frame) => {
    const row = track.rows.get(frame);
    return row !== undefined && isHuman(row);
  }).length;
  return planned({
    kind: "restore",
    changes,
    title: `Restore track ${track.number} as of edit ${version.number}`,
    numbers: { frames: back.length + gone.length, back: back.length, gone: gone.length, human },
    facts: [
      `${plural(back.length, "frame")} back`,
      ...(gone.length ? [`${plural(gone.length, "later frame")} cleared`] : []),
      ...(own ? [`${Object.keys(own).join(", ")} as before`] : []),
    ],
    doubts: humanWords(human, "changes", "change"),
    lanes: [laneMark(name, "changes", back), laneMark(name, "loses", gone)],
  });
}

/** @param {VideoDocument} document @param {import("./plan.js").Track} track @param {Version} version */
function differences(document, track, version) {
  /** @type {import("./plan.js").Change[]} */
  const changes = [];
  const then = new Map(version.rows);
  const back = [];
  for (const [frame, after] of version.rows) {
    const now = track.rows.get(frame);
    const wanted = rowOf(document.masks, { frame, version: now?.version ?? 0, after, before: null });
    if (now && sameRow(now, { ...wanted, area: now.area })) continue;
    changes.push({ track: track.id, frame, after });
    back.push(frame);
  }
  const gone = [...track.rows.keys()].filter((frame) => !then.has(frame)).sort((a, b) => a - b);
  changes.push(...gone.map((frame) => clear(track.id, frame)));
  return { changes, back, gone };
}

/** @param {import("./plan.js").Track} track @param {RowValues} then @returns {RowValues|null} null where nothing differs */
function ownDifference(track, then) {
  const now = /** @type {Record<string, unknown>} */ ({
    truncated: false,
    attributes: null,
    extra: null,
    ...ownValues(track),
  });
  const wanted = /** @type {Record<string, unknown>} */ (then);
  const different = Object.keys(then).filter(
    (name) =>
      name in now && name !== "deleted" && JSON.stringify(now[name] || null) !== JSON.stringify(wanted[name] || null),
  );
  return different.length ? Object.fromEntries(different.map((name) => [name, wanted[name]])) : null;
}

/** What the list of versions runs. @type {import("../commands/command.js").Command} */
export const RESTORE = Object.freeze({
  id: "restore",
  title: "Restore an earlier version",
  group: GROUP,
  places: [],
  unavailable: lockedTrack,
  run: async (app, wanted) => {
    const { track, number } = /** @type {{track: string, number: number}} */ (wanted);
    const { document } = app;
    const found = await api.version(openVideo(app.session).id, track, number);
    for (const [hash, counts] of Object.entries(found.blobs)) document.masks.add(hash, counts);
    if (app.document !== document) return null;
    return offered(app, {
      title: "Restore an earlier version",
      icon: "clock",
      rows: [0, lastFrame(app)],
      always: true,
      make: () => restore(document, { track, version: found, locked: app.view.now.locked }),
    });
  },
});
