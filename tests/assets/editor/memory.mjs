/** Things the tests of several modules need: a Storage in memory and documents with a few rows. */

import { VideoDocument } from "../../../assets/editor/document/document.js";
import { EditQueue } from "../../../assets/editor/document/editqueue.js";

/** A Storage that lives in memory; `full` makes every write fail. */
export function memoryStorage() {
  const entries = new Map();
  return {
    full: false,
    get length() {
      return entries.size;
    },
    key: (i) => [...entries.keys()][i] ?? null,
    getItem: (name) => entries.get(name) ?? null,
    setItem(name, value) {
      if (this.full) throw new DOMException("Full.", "QuotaExceededError");
      entries.set(name, String(value));
    },
    removeItem: (name) => entries.delete(name),
  };
}

/** A row as GET tracks sends it. */
export const sentRow = (frame, values = {}) => {
  const row = {
    state: 1,
    source: "proposed",
    review: "unreviewed",
    key: false,
    score: 0.8,
    look: null,
    version: 1,
    hash: "h1",
    area: 2,
    ...values,
  };
  return [frame, row.state, row.source, row.review, row.key, row.score, row.look, row.version, row.hash, row.area];
};

/** A track as GET tracks sends it. */
export const sentTrack = (number, rows, values = {}) => ({
  id: `t${number}`,
  number,
  category: "c1",
  name: "",
  deleted: false,
  rejected: false,
  occluded: false,
  iscrowd: false,
  score: 0.9,
  version: 1,
  run: "run-1",
  rows,
  ...values,
});

/** A draft of a spread as GET drafts sends it. */
export const sentDraft = (frame, values = {}) => ({
  run: "r",
  track: "t1",
  frame,
  state: "present",
  mask: "h1",
  confidence: 0.9,
  doubt: null,
  ...values,
});

/** A document of 2 x 3 pixels and ten frames; its only mask is called h1. */
export function smallDocument(tracks = [sentTrack(1, [sentRow(0), sentRow(1), sentRow(2)])]) {
  const document = new VideoDocument({ height: 2, width: 3, count: 10 });
  document.masks.add("h1", "022");
  document.merge({ last_edit: 1, tracks }, 0, document.count);
  return document;
}

/** Tabs of a browser whose open ones are in `open`. */
export const tabOf = (id, open = new Set([id])) => ({
  id,
  closed: async (ids) => new Set(ids.filter((one) => !open.has(one))),
  alone: async (work) => work(),
});

/** An edit queue of a document whose server never answers. */
export const waitingQueue = (document) =>
  new EditQueue({
    document,
    storage: memoryStorage(),
    video: "v",
    tab: tabOf("tab"),
    send: () => new Promise(() => {}),
  });
