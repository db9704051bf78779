/** What the tests of the verbs share: documents of chance, their content as plain values, and edits applied to them. */

import { VideoDocument } from "../../../../assets/editor/document/document.js";
import { rowName } from "../../../../assets/editor/document/editbatch.js";
import { encode, stringify } from "../../../../assets/editor/masks/rle.js";
import { sentRow, sentTrack } from "../memory.mjs";

export const [HEIGHT, WIDTH, COUNT] = [6, 8, 14];
export const NONE = new Set();

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Compressed run lengths of a filled box. */
export function boxCounts(x0, y0, x1, y1, [height, width] = [HEIGHT, WIDTH]) {
  const bits = new Uint8Array(height * width);
  for (let y = y0; y < y1; y += 1) bits.fill(1, y * width + x0, y * width + x1);
  return stringify(encode(bits, height, width));
}

const pick = (random, list) => list[Math.floor(random() * list.length)];

/** A row of chance: by a model or a person, present or absent, with and without marks. */
function anyRow(random, frame) {
  const absent = random() < 0.25;
  const row = sentRow(frame, {
    state: absent ? 0 : 1,
    source: pick(random, ["proposed", "propagated", "interpolated", "drawn", "imported"]),
    review: pick(random, ["unreviewed", "unreviewed", "accepted", "corrected", "rejected"]),
    key: random() < 0.2,
    score: random() < 0.5 ? null : Math.round(random() * 100) / 100,
    look: random() < 0.2 ? "odd" : null,
    hash: absent ? null : `h${Math.floor(random() * 6)}`,
    area: absent ? 0 : 2,
  });
  const more = {};
  if (random() < 0.2) more.run = pick(random, ["run-1", "run-9", null]);
  if (random() < 0.2) more.occluded = true;
  if (row[6] !== null && random() < 0.5) more.lookAuthor = "run:run-1";
  if (random() < 0.1) more.extra = { old: frame };
  return Object.keys(more).length ? [...row, more] : row;
}

/** A document of four tracks with rows of chance. */
export function anyDocument(seed) {
  const random = chance(seed);
  const document = emptyDocument();
  const rows = () => Array.from({ length: COUNT }, (_, frame) => frame).filter(() => random() < 0.7);
  const tracks = [1, 2, 3, 4].map((number) =>
    sentTrack(
      number,
      rows().map((frame) => anyRow(random, frame)),
      {
        name: pick(random, ["", "left"]),
        category: pick(random, ["c1", "c2", null]),
        run: pick(random, ["run-1", null]),
      },
    ),
  );
  document.merge({ last_edit: 1, tracks }, 0, COUNT);
  return document;
}

/** A document without tracks that has six masks, h0 to h5. */
export function emptyDocument() {
  const document = new VideoDocument({ height: HEIGHT, width: WIDTH, count: COUNT });
  for (let i = 0; i < 6; i += 1) document.masks.add(`h${i}`, boxCounts(i, 1, i + 2, 4));
  return document;
}

/** A document with these rows of tracks 1, 2, …; each row is [frame, values]. */
export function documentOf(...tracks) {
  const document = emptyDocument();
  const sent = tracks.map((rows, i) =>
    sentTrack(
      i + 1,
      rows.map(([frame, values]) => sentRow(frame, { hash: `h${frame % 6}`, ...values })),
    ),
  );
  document.merge({ last_edit: 1, tracks: sent }, 0, COUNT);
  return document;
}

/** Values of rows for `documentOf`. */
export const ABSENT = { state: 0, hash: null, area: 0 };
export const HUMAN_ABSENT = { ...ABSENT, source: "drawn", review: "corrected" };
export const DRAWN = { source: "drawn", review: "corrected" };
export const frames = (first, last, values = {}) =>
  Array.from({ length: last - first + 1 }, (_, i) => [first + i, values]);

const masksOf = (document, hash) => (hash === null ? null : document.masks.text(hash));

/** Rows and own values of a track, with masks as run lengths: what two equal tracks share. */
export function content(document, id) {
  const track = document.tracks.get(id);
  if (!track) return null;
  const { version: _, revision: __, rows, ...own } = track;
  const list = [...rows.values()].sort((a, b) => a.frame - b.frame);
  return JSON.parse(
    JSON.stringify({
      ...own,
      rows: list.map(({ version: _, area: __, hash, ...row }) => ({ ...row, mask: masksOf(document, hash) })),
    }),
  );
}

/** Content of all tracks, without those named. */
export function contents(document, except = []) {
  const ids = [...document.tracks.keys()].filter((id) => !except.includes(id)).sort();
  return Object.fromEntries(ids.map((id) => [id, content(document, id)]));
}

/** Apply the changes of a plan; returns a function that takes them back. */
export function apply(document, plan) {
  const names = plan.changes.map(rowName);
  if (new Set(names).size !== names.length) throw new Error(`A row is changed twice: ${names}`);
  const replaced = plan.changes.map((change) => document.apply({ ...change, version: 0 }));
  return () => {
    for (const one of [...replaced].reverse()) document.restore(one);
  };
}

export const framesOf = (plan, track) =>
  plan.changes.filter((change) => change.track === track && change.frame !== null).map((change) => change.frame);
