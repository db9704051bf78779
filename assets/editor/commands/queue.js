// @ts-check
/** The review queue: what waits for a verdict, kept between changes, and the way through it. */

import { api } from "../api.js";
import { openErrors } from "../document/likelyerrors.js";
import { isSameItem, reviewQueue, standingOn } from "../document/lanes.js";
import { obstacle } from "../../kit/request.js";
import { isActive } from "../../kit/words.js";
import { followSearches, SEARCH } from "./searched.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/lanes.js").QueueItem} QueueItem */

/** @type {WeakMap<object, {revision: number, likely: readonly object[], items: QueueItem[]}>} */
const queues = new WeakMap();

/** All of it; recomputed only after a change. @param {Editor} app */
export function wholeQueue(app) {
  const { revision, likely } = app.view.now;
  let kept = queues.get(app.document);
  if (!kept || kept.revision !== revision || kept.likely !== likely) {
    const found = openErrors(app.document, likely, revision);
    kept = { revision, likely, items: reviewQueue(app.document.list(), found.items) };
    queues.set(app.document, kept);
  }
  return kept.items;
}

/** What the Queue tab shows. @param {Editor} app */
export function filteredQueue(app) {
  const items = wholeQueue(app);
  const { queueFilter } = app.view.now;
  return queueFilter === "all" || queueFilter === "identity"
    ? items
    : items.filter((item) => item.kind === queueFilter);
}

/** Show an entry: its track, on the frame that shows it best. @param {Editor} app @param {QueueItem} item @param {number} [frame] */
export function visit(app, item, frame = item.at) {
  const walk = { track: item.track, frame, item, list: wholeQueue(app) };
  app.commands.goto(frame);
  app.view.set({ selected: item.track, newTrack: null, walk, surfaced: false });
}

/**
 * Index of the entry that is shown, -1 for none: the one that the way through the queue led to, else the one on whose
 * track and frame the page stands. Several entries may lead to one frame of a track.
 * @param {Editor} app @param {readonly QueueItem[]} items
 */
export function standing(app, items) {
  const { walk, selected, frame } = app.view.now;
  const at = isWalking(app) ? items.findIndex((item) => walk !== null && isSameItem(item, walk.item)) : -1;
  return at >= 0 ? at : standingOn(items, selected, frame);
}

/** Whether the page still shows what the way through the queue led to. @param {Editor} app */
function isWalking(app) {
  const { walk, selected, frame } = app.view.now;
  return walk !== null && walk.track === selected && walk.frame === frame;
}

/** @param {Editor} app @param {1|-1} step */
export function queueStep(app, step) {
  searchOnce(app);
  const items = filteredQueue(app);
  if (items.length) visit(app, items[placeOfStep(app, items, step)]);
}

/**
 * Index of the entry that a step leads to.
 * @param {Editor} app @param {readonly QueueItem[]} items not empty @param {1|-1} step
 */
function placeOfStep(app, items, step) {
  const { selected, surfaced, walk } = app.view.now;
  // A search puts the likely errors before what the person has come to meanwhile.
  if (step > 0 && surfaced) return 0;
  const here = standing(app, items);
  // Who mends an entry looks at the frames around it, which lie in other entries, and an entry that is mended is gone:
  // the way goes on from where it led to.
  if (walk && (walk.track === selected || here < 0 || indexOf(items, walk.item) < 0))
    return placeOnWay(items, walk, step);
  return here < 0 ? endOf(items, step) : beside(items, here, step);
}

/** @param {readonly QueueItem[]} items @param {QueueItem} wanted @returns {number} -1 for none */
const indexOf = (items, wanted) => items.findIndex((item) => isSameItem(item, wanted));

/** Where a way begins. @param {readonly QueueItem[]} items @param {1|-1} step */
const endOf = (items, step) => (step > 0 ? 0 : items.length - 1);

/** The next index, around. @param {readonly QueueItem[]} items @param {number} at @param {1|-1} step */
const beside = (items, at, step) => (at + step + items.length) % items.length;

/**
 * Index of the entry before (-1) or behind (1) the one that the way led to. The filter may be another one since then, and
 * entries may have come: as long as that entry is there, its present neighbours count, else those that it had.
 * @param {readonly QueueItem[]} items not empty @param {import("../state.js").Walk} walk @param {1|-1} step
 */
function placeOnWay(items, { item, list }, step) {
  const at = indexOf(items, item);
  if (at >= 0) return beside(items, at, step);
  const was = indexOf(list, item);
  const ahead = step > 0 ? list.slice(was + 1) : list.slice(0, Math.max(0, was)).reverse();
  const next = ahead.find((old) => indexOf(items, old) >= 0);
  return next ? indexOf(items, next) : endOf(items, step);
}

/**
 * What goes to the next entry once a verdict is given. It does nothing where the person did not come to this one through
 * the queue, or has gone on meanwhile.
 * @param {Editor} app @returns {() => void}
 */
export function onwardFrom(app) {
  const { walk } = app.view.now;
  return walk && isWalking(app) ? () => void (app.view.now.walk === walk && advance(app, walk)) : () => {};
}

/**
 * Give a verdict, and go to the next entry of the queue if the person came to this one through the queue.
 * @template T @param {Editor} app @param {() => T} judge @returns {T} what `judge` gives
 */
export function judgeAndAdvance(app, judge) {
  const onward = onwardFrom(app);
  const edit = judge();
  if (edit) onward();
  return edit;
}

/** @param {Editor} app @param {import("../state.js").Walk} walk the entry that was judged */
function advance(app, walk) {
  const items = filteredQueue(app);
  const { frame } = walk;
  const item = items[indexOf(items, walk.item)];
  if (item) {
    // The run goes on behind the frames that were judged.
    const row = app.document.row(item.track, frame + 1);
    if (item.kind === "unreviewed" && item.first > frame) return visit(app, item);
    if (row?.review === "unreviewed" && row.state === "present" && frame < item.last)
      return visit(app, item, frame + 1);
  }
  if (items.length) return visit(app, items[placeOnWay(items, walk, 1)]);
  app.view.set({ walk: null });
  offerNextVideo(app);
}

/** Titles where a filter of the queue leaves nothing. @type {Readonly<Record<string, string>>} */
const NONE_LEFT = Object.freeze({
  likely: "No likely error is left",
  look: "Nothing that needs a look is left",
  unreviewed: "No unreviewed mask is left",
});

/** Where nothing waits for a verdict any more, offer the next video; where the filter hides the rest, offer the rest. @param {Editor} app */
export function offerNextVideo(app) {
  if (filteredQueue(app).length) return;
  const left = wholeQueue(app).length;
  if (left) offerRest(app, left);
  else offerNext(app);
}

/** @param {Editor} app @param {number} left entries of other kinds */
function offerRest(app, left) {
  app.toast({
    icon: "check",
    title: NONE_LEFT[app.view.now.queueFilter],
    text: `${left} other ${left === 1 ? "entry waits" : "entries wait"} in the review queue.`,
    name: "queue is empty",
    actions: [{ label: "Show all", run: () => app.view.set({ queueFilter: "all" }) }],
  });
}

/** @param {Editor} app */
function offerNext(app) {
  const ways = ["completeVideo", "nextVideo"].map((id) => app.registry.get(id));
  const reason = ways[1].unavailable?.(app) ?? null;
  app.toast({
    icon: "check",
    title: "The review queue is empty",
    text: reason ?? "Everything that waited in this video has a verdict.",
    name: "queue is empty",
    actions: ways
      .filter((command) => !command.unavailable?.(app))
      .map(({ id, title }) => ({ label: title, command: id, run: () => app.commands[id]() })),
  });
}

/** Keep the likely errors of the open video up to date. @param {Editor} app */
export function followLikelyErrors(app) {
  followSearches(
    app,
    (video) => api.likelyErrors(video),
    ({ errors, edit }) => {
      const surfaced = app.view.now.walk !== null && app.view.now.searched !== edit && errors.length > 0;
      app.view.set({ likely: Object.freeze(errors), searched: edit, surfaced });
    },
  );
}

/** The search that waits or runs for the open video. @param {Editor} app */
export const activeSearch = (app) =>
  app.session.now.jobs.find((job) => job.kind === SEARCH && job.video === app.session.now.video?.id && isActive(job));

/** Ask for a search. @param {Editor} app */
export async function search(app) {
  const { video, jobs } = app.session.now;
  if (!video) return;
  try {
    const { job } = await api.findLikelyErrors(video.id);
    app.session.set({ jobs: [...app.session.now.jobs.filter(({ id }) => id !== job.id), job] });
  } catch (error) {
    app.session.set({ jobs });
    app.toast({ tone: "bad", icon: "warn", title: "The search could not start", text: obstacle(error) });
  }
}

/** @type {WeakSet<object>} documents that a search was asked for */
const asked = new WeakSet();

/** Search a video that nobody has searched yet, as soon as somebody goes through its queue. @param {Editor} app */
export function searchOnce(app) {
  if (app.view.now.searched !== null || asked.has(app.document) || activeSearch(app)) return;
  if (!wholeQueue(app).some(({ kind }) => kind === "unreviewed")) return;
  asked.add(app.document);
  search(app);
}
