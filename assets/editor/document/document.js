// @ts-check
/** Tracks, rows and masks of the open video: those of the server, with the unsent edits of this page on top. */

import { MaskStore } from "../masks/store.js";
import { Drafts } from "./drafts.js";
import { keptAttributes, rowOf, sameRow, sentRow } from "./rows.js";

/**
 * @typedef {object} Row one track on one frame
 * @property {number} frame
 * @property {"present"|"absent"} state
 * @property {string} source proposed, propagated, interpolated, drawn or imported
 * @property {"unreviewed"|"accepted"|"corrected"|"rejected"} review
 * @property {boolean} key
 * @property {number|null} score 0 to 1
 * @property {string|null} look reason why it needs a look
 * @property {number} version number of the edit that wrote it, 0 while that edit is unsent
 * @property {string|null} hash of the mask
 * @property {number|null} area pixels; null until the mask is loaded, see `VideoDocument.areaOf`
 * @property {import("./rows.js").MoreValues|null} more what a row seldom has; null: none of it
 */

/**
 * @typedef {object} Track
 * @property {string} id
 * @property {number} number from 1, per video
 * @property {string|null} category
 * @property {string} name
 * @property {boolean} deleted
 * @property {boolean} rejected
 * @property {boolean} occluded
 * @property {boolean} iscrowd
 * @property {boolean} truncated
 * @property {Record<string, string>} attributes chosen values by attribute id
 * @property {number|null} score
 * @property {string|null} run
 * @property {Record<string, unknown>} extra what came with a file, and the colour that a person chose
 * @property {number} version
 * @property {Map<number, Row>} rows
 * @property {number} revision counts up whenever the track or a row of it changes
 */

/** @typedef {import("../../kit/wire.js").CompleteRange} CompleteRange */
/** @typedef {import("../../kit/wire.js").RowValues} RowValues */
/** @typedef {import("../../kit/wire.js").SentRow} SentRow */
/** @typedef {import("../../kit/wire.js").WrittenRow} WrittenRow */

/**
 * @typedef {{track: null, frame: number|null, range_id?: string, before: CompleteRange|null}
 *   | {track: string, frame: null, range_id?: undefined, before: Track|null}
 *   | {track: string, frame: number, range_id?: undefined, before: Row|null}} Replaced what a change replaced
 */

/** Whether a row was judged or drawn by a person, so that no machine changes it. @param {Row} row */
export const isHuman = (row) => row.review !== "unreviewed" || row.source === "drawn";

/** Whether a row carries a white diamond. @param {Row} row */
export const isKey = (row) => row.key || (row.source === "drawn" && row.state === "present");

export class VideoDocument {
  /** @param {{height: number, width: number, count: number}} size pixels and frames */
  constructor({ height, width, count }) {
    this.height = height;
    this.width = width;
    this.count = count;
    /** @type {Map<string, Track>} */
    this.tracks = new Map();
    this.masks = new MaskStore();
    this.drafts = new Drafts(this.masks);
    /** @type {Map<string, CompleteRange>} */
    this.complete = new Map();
    this.lastEdit = 0;
    /** @type {Map<string, string>} run -> name of the checkpoint, or of the model, that proposed in it */
    this.runs = new Map();
    /** @type {Map<string, number>} removed rows, each with the version that removed it: an answer may be older */
    this.removed = new Map();
    /** @type {{track: string, frame: number, hash: string|null}|null} what a machine proposed, drawn in place of the row */
    this.earlier = null;
    /** @type {(track: string|null, frame: number|null) => void} */
    this.onchange = () => {};
    /** @type {(frame: number) => boolean} whether all rows of a frame are loaded; set by who loads them */
    this.isCovered = () => false;
  }

  /**
   * Take over the answer of `GET tracks` for frames start to stop - 1. Rows of unsent edits, and of edits later than the
   * answer, stay. The revision of a track goes up only if the answer changed the track.
   * @param {import("../../kit/wire.js").SentTracks} answer @param {number} start @param {number} stop
   */
  merge({ last_edit, tracks, runs = {} }, start, stop) {
    for (const [run, name] of Object.entries(runs)) this.runs.set(run, name);
    const newer = (/** @type {{version: number}|undefined} */ here) =>
      here !== undefined && laterThan(last_edit, here.version);
    const sentIds = new Set(tracks.map((sent) => sent.id));
    for (const track of [...this.tracks.values()]) {
      if (!sentIds.has(track.id) && !newer(track)) this.tracks.delete(track.id);
    }
    for (const sent of tracks) {
      const known = this.tracks.get(sent.id);
      const track = known ?? blankTrack(sent.id);
      if (!known) this.tracks.set(sent.id, track);
      const assigned = !(known && newer(known)) && assignTrack(track, sent, sent.version);
      const gone = (/** @type {number} */ frame) => this.goneAfter(sent.id, frame, last_edit);
      const merged = mergeRows(track, sent.rows, { start, stop, newer, gone });
      if (!known || assigned || merged) track.revision += 1;
    }
    this.lastEdit = Math.max(this.lastEdit, last_edit);
    this.onchange(null, null);
  }

  /** Whether an edit later than the last one of an answer removed a row. @param {string} track @param {number} frame @param {number} lastEdit */
  goneAfter(track, frame, lastEdit) {
    const version = this.removed.get(`${track}:${frame}`);
    return version !== undefined && laterThan(lastEdit, version);
  }

  /** Tracks that are not deleted, by number. @returns {Track[]} */
  list() {
    return [...this.tracks.values()].filter((track) => !track.deleted).sort((a, b) => a.number - b.number);
  }

  /** @param {number} number @returns {Track|undefined} */
  byNumber(number) {
    return [...this.tracks.values()].find((track) => track.number === number);
  }

  /** @param {string|null} track @param {number} frame @returns {Row|undefined} */
  row(track, frame) {
    return track === null ? undefined : this.tracks.get(track)?.rows.get(frame);
  }

  /** Number that a new track shows until the server gives its own. */
  nextNumber() {
    let largest = 0;
    for (const track of this.tracks.values()) largest = Math.max(largest, track.number);
    return largest + 1;
  }

  /** Hash of the mask to draw: of the row, or of the earlier one that is shown in its place. @param {string|null} track @param {number} frame */
  shownHash(track, frame) {
    const { earlier } = this;
    if (earlier && earlier.track === track && earlier.frame === frame) return earlier.hash;
    return this.row(track, frame)?.hash ?? null;
  }

  /**
   * Run lengths of the mask of a track on a frame.
   * @param {string|null} track
   * @param {number} frame
   * @returns {Uint32Array|null|undefined} null: the row has no mask; undefined: it is not loaded yet
   */
  mask(track, frame) {
    const row = this.row(track, frame);
    if (!row || row.state !== "present" || !row.hash) return null;
    return this.masks.runs(row.hash);
  }

  /**
   * Pixels of a row's mask. An event of an edit names a mask without its area, which is computed once it is loaded.
   * @param {Row|undefined} row @returns {number|null} null: the mask is not loaded yet
   */
  areaOf(row) {
    if (!row) return 0;
    if (row.area === null && row.hash !== null && this.masks.has(row.hash)) row.area = this.masks.area(row.hash);
    return row.area;
  }

  /** The masks of these frames were loaded: report the rows whose area is known now. @param {number} start @param {number} stop exclusive */
  measure(start, stop) {
    for (const track of this.tracks.values()) {
      for (let frame = start; frame < stop; frame += 1) {
        const row = track.rows.get(frame);
        if (row?.area === null && this.areaOf(row) !== null) this.onchange(track.id, frame);
      }
    }
  }

  /** What a new mask of a track on a frame keeps of the one before. @param {string} id @param {number} frame @returns {RowValues} */
  attributesOf(id, frame) {
    return keptAttributes(this.row(id, frame));
  }

  /** Whether all masks of a frame are loaded. @param {number} frame */
  hasMasks(frame) {
    for (const track of this.tracks.values()) {
      const row = track.rows.get(frame);
      if (!track.deleted && row?.state === "present" && row.hash && !this.masks.has(row.hash)) return false;
    }
    return true;
  }

  /**
   * Write a row as the server wrote it, or as an unsent edit makes it (version 0).
   * @param {WrittenRow} row
   * @returns {Replaced} for `restore`
   */
  apply({ track: id, frame, version, after, range_id }) {
    if (range_id) return this.applyRange(range_id, version, after);
    if (id === null) return { track: null, frame, before: null };
    let track = this.tracks.get(id);
    if (frame === null || frame === undefined) {
      const before = track ? { ...track, rows: track.rows } : null;
      if (after === null) {
        this.tracks.delete(id);
      } else {
        if (!track) {
          track = blankTrack(id);
          track.number = after.number ?? this.nextNumber();
          this.tracks.set(id, track);
        }
        assignTrack(track, after, version);
        track.revision += 1;
      }
      this.onchange(id, null);
      return { track: id, frame: null, before };
    }
    if (!track) {
      track = blankTrack(id);
      track.number = this.nextNumber();
      this.tracks.set(id, track);
    }
    const before = track.rows.get(frame) ?? null;
    const settled = before && after && this.settled(before, { frame, version, after });
    if (settled) {
      // The server took an unsent edit over as it is: nothing that is shown changes.
      track.rows.set(frame, settled);
      return { track: id, frame, before };
    }
    if (after === null) {
      track.rows.delete(frame);
      this.removed.set(`${id}:${frame}`, version);
    } else {
      track.rows.set(frame, rowOf(this.masks, { frame, version, after, before }));
      this.removed.delete(`${id}:${frame}`);
    }
    track.revision += 1;
    this.onchange(id, frame);
    return { track: id, frame, before };
  }

  /**
   * The row of the server for an unsent one, where they show the same.
   * @param {Row} before @param {{frame: number, version: number, after: RowValues}} change @returns {Row|null}
   */
  settled(before, change) {
    if (before.version !== 0 || change.version === 0) return null;
    const row = rowOf(this.masks, { ...change, before });
    const text = (/** @type {Row} */ { hash }) => (hash === null ? null : this.masks.text(hash));
    const alike = sameRow({ ...before, version: row.version, hash: row.hash }, row) && text(before) === text(row);
    return alike ? row : null;
  }

  /** @param {string} id @param {number} version @param {RowValues|null} after @returns {Replaced} */
  applyRange(id, version, after) {
    const before = this.complete.get(id) ?? null;
    if (after === null) this.complete.delete(id);
    else {
      const { start = 0, stop = 0, categories = [] } = after;
      this.complete.set(id, { id, version, start, stop, categories });
    }
    this.onchange(null, null);
    return { track: null, frame: null, range_id: id, before };
  }

  /** The server gave a new track its number. @param {string} id @param {number} number */
  renumber(id, number) {
    const track = this.tracks.get(id);
    if (!track || track.number === number) return;
    track.number = number;
    track.revision += 1;
    this.onchange(id, null);
  }

  /** Undo an `apply`. @param {Replaced} replaced */
  restore(replaced) {
    if (replaced.track === null) {
      const { range_id, before } = replaced;
      if (range_id && before) this.complete.set(range_id, before);
      else if (range_id) this.complete.delete(range_id);
    } else if (replaced.frame === null) {
      if (replaced.before) this.tracks.set(replaced.track, replaced.before);
      else this.tracks.delete(replaced.track);
    } else {
      const track = this.tracks.get(replaced.track);
      if (!track) return;
      if (replaced.before) track.rows.set(replaced.frame, replaced.before);
      else track.rows.delete(replaced.frame);
      this.removed.delete(`${replaced.track}:${replaced.frame}`);
      track.revision += 1;
    }
    this.onchange(replaced.track, replaced.frame);
  }
}

/** Whether an edit (0 while it is unsent) is later than the last one of an answer. @param {number} lastEdit @param {number} version */
const laterThan = (lastEdit, version) => version === 0 || version > lastEdit;

/**
 * Take over the rows of an answer.
 * @param {Track} track @param {SentRow[]} sent
 * @param {{start: number, stop: number, newer: (row: Row|undefined) => boolean, gone: (frame: number) => boolean}} how
 * @returns {boolean} whether a row was removed or written
 */
function mergeRows(track, sent, { start, stop, newer, gone }) {
  const frames = new Set(sent.map((row) => row[0]));
  const near = stop - start < track.rows.size;
  let changed = false;
  for (const frame of near ? rangeOf(start, stop) : [...track.rows.keys()]) {
    const inside = frame >= start && frame < stop;
    if (inside && !frames.has(frame) && !newer(track.rows.get(frame))) changed = track.rows.delete(frame) || changed;
  }
  for (const row of sent) {
    const here = track.rows.get(row[0]);
    if (newer(here) || gone(row[0])) continue;
    const there = sentRow(row, track.run);
    if (here && sameRow(here, there)) continue;
    track.rows.set(row[0], there);
    changed = true;
  }
  return changed;
}

/** @param {number} start @param {number} stop */
function* rangeOf(start, stop) {
  for (let frame = start; frame < stop; frame += 1) yield frame;
}

/** A track without values and rows. @param {string} id @returns {Track} */
export function blankTrack(id) {
  return {
    id,
    number: 0,
    category: null,
    name: "",
    deleted: false,
    rejected: false,
    occluded: false,
    iscrowd: false,
    truncated: false,
    attributes: {},
    score: null,
    run: null,
    extra: {},
    version: 0,
    rows: new Map(),
    revision: 0,
  };
}

const OWN_VALUES = /** @type {const} */ ([
  "number",
  "category",
  "name",
  "deleted",
  "rejected",
  "occluded",
  "iscrowd",
  "truncated",
  "attributes",
  "score",
  "run",
  "extra",
]);

/** @param {string} name @returns {name is "extra"|"attributes"} */
const isObject = (name) => name === "extra" || name === "attributes";

/**
 * Write a track's own values; keys that are missing keep their value.
 * @param {Track} track @param {RowValues} sent @param {number} version
 * @returns {boolean} whether a value changed
 */
function assignTrack(track, sent, version) {
  let changed = track.version !== version;
  for (const name of OWN_VALUES) {
    if (sent[name] === undefined || (name === "number" && sent[name] === null)) continue;
    const value = name === "name" ? (sent.name ?? "") : isObject(name) ? (sent[name] ?? {}) : sent[name];
    changed ||= isObject(name) ? JSON.stringify(track[name]) !== JSON.stringify(value) : track[name] !== value;
    Object.assign(track, { [name]: value });
  }
  track.version = version;
  return changed;
}
