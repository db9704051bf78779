// @ts-check
/** The runs of frames to be reviewed, kept between changes. */

import { reviewQueue } from "../document/lanes.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @type {WeakMap<object, {revision: number, items: import("../document/lanes.js").QueueItem[]}>} */
const queues = new WeakMap();

/** All of them; recomputed only after a change. @param {Editor} app */
export function wholeQueue(app) {
  const { revision } = app.view.now;
  let kept = queues.get(app.document);
  if (!kept || kept.revision !== revision) {
    kept = { revision, items: reviewQueue(app.document.list()) };
    queues.set(app.document, kept);
  }
  return kept.items;
}

/** Those that the Queue tab shows. @param {Editor} app */
export function filteredQueue(app) {
  const items = wholeQueue(app);
  const { queueFilter } = app.view.now;
  return queueFilter === "all" ? items : items.filter((item) => item.kind === queueFilter);
}
