// @ts-check
/** Attributes of tracks and masks: three flags, and the lists of the project; the changes that set them, and their words. */

/** @typedef {import("./document.js").Row} Row */
/** @typedef {import("./document.js").Track} Track */
/** @typedef {import("./editbatch.js").Change} Change */
/** @typedef {import("../../kit/wire.js").Attribute} Attribute */
/** @typedef {"occluded"|"truncated"} Flag of a mask, or of a whole track */
/** @typedef {[first: number, last: number]} Frames both included */

/** @type {readonly Flag[]} */
const FLAGS = Object.freeze(["occluded", "truncated"]);

/** Masks of a track on some frames, by frame. @param {Track} track @param {Frames} frames @returns {Row[]} */
export function masksIn(track, [first, last]) {
  const rows = [...track.rows.values()].filter((row) => row.frame >= first && row.frame <= last);
  return rows.filter((row) => row.state === "present").sort((a, b) => a.frame - b.frame);
}

/** Whether a flag holds on a frame: for its mask, or for the whole track. @param {Track} track @param {Flag} name @param {number} frame */
export const isFlagged = (track, name, frame) => track[name] || Boolean(track.rows.get(frame)?.more?.[name]);

/**
 * Set a flag on the masks of some frames, or clear it where all of them have it. With `whole` the track has it: then it
 * holds on all frames, also on those that get their masks later.
 * @param {Track} track @param {Flag} name @param {Frames} frames @param {boolean} whole
 * @returns {Change[]}
 */
export function toggleFlag(track, name, frames, whole) {
  const rows = masksIn(track, frames);
  const flagged = rows.filter((row) => row.more?.[name]);
  const own = (/** @type {boolean} */ on) => ({ track: track.id, frame: null, after: { [name]: on } });
  const mask = (/** @type {Row} */ row, /** @type {boolean} */ on) => ({
    track: track.id,
    frame: row.frame,
    after: { [name]: on },
  });
  if (!whole) {
    const on = flagged.length < rows.length;
    return rows.filter((row) => on !== Boolean(row.more?.[name])).map((row) => mask(row, on));
  }
  return track[name] ? [own(false), ...flagged.map((row) => mask(row, false))] : [own(true)];
}

/** The chosen value of an attribute on a frame, null for none. @param {Track} track @param {Attribute} attribute @param {number} frame */
export function valueOf(track, { id, per }, frame) {
  const values = per === "track" ? track.attributes : track.rows.get(frame)?.more?.attributes;
  return values?.[id] ?? null;
}

/** The choice after a value: none, then each choice in turn. @param {Attribute} attribute @param {string|null} value @returns {string|null} */
export function nextChoice({ choices }, value) {
  if (value === null) return choices[0];
  return choices[choices.indexOf(value) + 1] ?? null;
}

/**
 * Choose a value: for the track, or for its masks on some frames.
 * @param {Track} track @param {Attribute} attribute @param {string|null} value null takes it away @param {Frames} frames
 * @returns {Change[]}
 */
export function choose(track, { id, per }, value, frames) {
  if (per === "track") return changed(track.id, null, track.attributes, id, value);
  return masksIn(track, frames).flatMap((row) => changed(track.id, row.frame, row.more?.attributes ?? {}, id, value));
}

/** @param {string} track @param {number|null} frame @param {Record<string, string>} values @param {string} id @param {string|null} value @returns {Change[]} */
function changed(track, frame, values, id, value) {
  if ((values[id] ?? null) === value) return [];
  const { [id]: _, ...rest } = values;
  const after = value === null ? rest : { ...rest, [id]: value };
  return [{ track, frame, after: { attributes: Object.keys(after).length ? after : null } }];
}

/** @type {WeakMap<Track, {revision: number, of: readonly Attribute[], words: string}>} */
const kept = new WeakMap();

/**
 * The attributes that a track has on any frame as one text, "occluded pose: sits", to be searched; recomputed only after
 * the track changed.
 * @param {Track} track @param {readonly Attribute[]} attributes of the project
 */
export function attributeWords(track, attributes) {
  const old = kept.get(track);
  if (old && old.revision === track.revision && old.of === attributes) return old.words;
  const names = new Map(attributes.map(({ id, name }) => [id, name]));
  /** @type {Set<string>} */
  const found = new Set();
  const take = (/** @type {Record<string, string>|undefined} */ values) => {
    for (const [id, value] of Object.entries(values ?? {})) found.add(`${names.get(id) ?? ""}: ${value}`);
  };
  for (const name of FLAGS) if (track[name]) found.add(name);
  if (track.iscrowd) found.add("crowd");
  take(track.attributes);
  for (const { more } of track.rows.values()) {
    if (!more) continue;
    for (const name of FLAGS) if (more[name]) found.add(name);
    if (more.iscrowd) found.add("crowd");
    take(more.attributes);
  }
  const words = [...found].join(" ");
  kept.set(track, { revision: track.revision, of: attributes, words });
  return words;
}
