// @ts-check
/** Every action of the user by name, called by keys, buttons and tests. */

import { api } from "./api.js";
import { newIdentifier } from "../kit/identifier.js";
import { messageOf } from "../kit/request.js";
import { loadFromFile, saveAsFile } from "./document/queuefile.js";
import { laneOf, reviewQueue, standingOn } from "./document/lanes.js";
import { refusesAsLocked } from "./canvas/stroke.js";
import { play } from "./playback.js";
import { keyOf } from "./shortcuts.js";
import { openVideo } from "./state.js";
import * as verdicts from "./document/verdicts.js";

/** @typedef {import("./document/document.js").Track} Track */
/** @typedef {import("./document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("./document/editbatch.js").Change} Change */
/** @typedef {import("./editor.js").Editor} Editor */

/**
 * @typedef {object} WithArgument commands that take one, or may
 * @property {(frame: number) => void} goto
 * @property {(id: string|null) => void} select
 * @property {(id?: string) => void} hide
 * @property {(id?: string) => void} lock
 * @property {(id?: string) => void} solo
 * @property {(category: string|null) => void} startTrack
 * @property {(category: string) => unknown} setCategory
 * @property {(name: string) => unknown} rename
 * @property {(id: string) => unknown} undoEdit
 * @property {(anchor?: EventTarget|null) => void} newTrack
 */
/** @typedef {Record<string, () => unknown> & WithArgument} Commands */

/** Those that need no page. @param {Editor} app @returns {Commands} */
export function createCommands(app) {
  const all = { ...moving(app), ...judging(app), ...tracks(app), ...seeing(app), ...general(app) };
  return /** @type {Commands} */ (/** @type {unknown} */ (all));
}

/** @param {Editor} app */
function moving(app) {
  const { view } = app;
  /** @type {(() => void)|null} */
  let stop = null;
  const goto = (/** @type {number} */ frame) => {
    if (!app.session.now.video) return;
    if (view.now.playing) pause();
    view.set({ frame: Math.max(0, Math.min(app.document.count - 1, Math.round(frame))) });
  };
  const pause = () => {
    stop?.();
    stop = null;
  };
  const keys = () => [
    ...new Set(app.track ? laneOf(app.track).keys : app.document.list().flatMap((t) => laneOf(t).keys)),
  ];
  /** @param {1|-1} step */
  const queue = (step) => {
    const items = filteredQueue(app);
    if (!items.length) return;
    const at = standingOn(items, view.now.selected, view.now.frame);
    const next = at < 0 ? (step > 0 ? 0 : items.length - 1) : (at + step + items.length) % items.length;
    goto(items[next].first);
    view.set({ selected: items[next].track, newTrack: null });
  };
  return {
    goto,
    pause,
    nextFrame: () => goto(view.now.frame + 1),
    previousFrame: () => goto(view.now.frame - 1),
    tenOn: () => goto(view.now.frame + 10),
    tenBack: () => goto(view.now.frame - 10),
    firstFrame: () => goto(0),
    lastFrame: () => goto(app.document.count - 1),
    nextKey: () => goto(Math.min(...keys().filter((k) => k > view.now.frame), app.document.count - 1)),
    previousKey: () => goto(Math.max(...keys().filter((k) => k < view.now.frame), 0)),
    nextInQueue: () => queue(1),
    previousInQueue: () => queue(-1),
    play: () => {
      if (!app.session.now.video) return;
      if (view.now.playing) pause();
      else stop = play({ video: app.session.now.video, view });
    },
  };
}

/** @type {WeakMap<object, {revision: number, items: import("./document/lanes.js").QueueItem[]}>} */
const queues = new WeakMap();

/** The runs of frames to be reviewed; recomputed only after a change. @param {Editor} app */
export function wholeQueue(app) {
  const { revision } = app.view.now;
  let kept = queues.get(app.document);
  if (!kept || kept.revision !== revision) {
    kept = { revision, items: reviewQueue(app.document.list()) };
    queues.set(app.document, kept);
  }
  return kept.items;
}

/** The runs of frames to be reviewed, as filtered in the Queue tab. @param {Editor} app */
export function filteredQueue(app) {
  const items = wholeQueue(app);
  const { queueFilter } = app.view.now;
  return queueFilter === "all" ? items : items.filter((item) => item.kind === queueFilter);
}

/** Show why Accept changed nothing. @param {Editor} app @param {[number, number]} frames */
function nothingToAccept(app, [first, last]) {
  const rows = [...(app.track?.rows.values() ?? [])].filter((row) => row.frame >= first && row.frame <= last);
  if (rows.some((row) => row.state === "present")) return;
  app.toast({
    icon: "ci",
    title: first === last ? "No mask on this frame" : "No mask on these frames",
    text: `Draw one, or say that it is absent (${keyOf("absent")}).`,
    name: "nothing to accept",
  });
}

/** @param {Editor} app */
function judging(app) {
  const { view } = app;
  /** @returns {verdicts.Scope} */
  const scope = () => {
    const wanted = app.preferences.now.scope;
    return /** @type {verdicts.Scope} */ (wanted === "range" && !view.now.range ? "frame" : wanted);
  };
  const where = () =>
    verdicts.span(scope(), { frame: view.now.frame, range: view.now.range, count: app.document.count });
  /** @param {string} kind @param {(document: VideoDocument, track: Track, frames: [number, number], whole: boolean) => Change[]} make */
  const verdict = (kind, make) => () => {
    if (!app.track || !app.queue) return null;
    if (app.rows && !app.rows.covers(...where())) {
      app.toast({
        icon: "clock",
        title: "Not yet",
        text: `The masks of this video are still being read (${Math.floor(100 * app.rows.share)} %).`,
        name: "reading",
      });
      return null;
    }
    const edit = app.queue.add(kind, make(app.document, app.track, where(), scope() === "whole"));
    if (!edit && kind === "accept") nothingToAccept(app, where());
    return edit;
  };
  const setScope = (/** @type {string} */ name) => () => app.preferences.set({ scope: name });
  return {
    accept: verdict("accept", verdicts.accept),
    reject: verdict("reject", verdicts.reject),
    needsLook: verdict("look", verdicts.look),
    absent: () => (refusesAsLocked(app, "say that it is absent") ? null : verdict("absent", verdicts.absent)()),
    remove: () => {
      if (app.onstepback()) return null;
      const { track } = app;
      if (refusesAsLocked(app, "delete")) return null;
      const edit = verdict("delete", verdicts.remove)();
      if (edit && scope() === "whole") {
        view.set({ selected: null });
        app.toast({
          icon: "trash",
          title: `Track ${track?.number} deleted`,
          text: "Its masks are kept; undo brings it back.",
          actions: [{ label: "Undo", run: () => app.commands.undoEdit(edit.id), undoes: true }],
        });
      }
      return edit;
    },
    keyFrame: () => app.track && app.queue?.add("key", verdicts.keyFrame(app.document, app.track, view.now.frame)),
    complete: () => {
      if (!app.queue) return null;
      const frames = where();
      const categories = openVideo(app.session)
        .categories.filter(({ retired }) => !retired)
        .map(({ id }) => id);
      const { changes, declared } = verdicts.complete(app.document, frames, categories, newIdentifier);
      const edit = app.queue.add("complete", changes);
      const [first, last] = frames;
      const all = first === 0 && last === app.document.count - 1;
      const what = all ? "The whole video" : first === last ? `Frame ${first}` : `Frames ${first} – ${last}`;
      app.toast({
        icon: "flag",
        title: declared ? `${what} declared complete` : `${what}: no longer complete`,
        name: "complete",
        text: declared
          ? `Everything of ${categories.length} categories has a track there; the rest is background.`
          : "",
        actions: edit ? [{ label: "Undo", run: () => app.commands.undoEdit(edit.id), undoes: true }] : [],
      });
      return edit;
    },
    scopeFrame: setScope("frame"),
    scopeOnward: setScope("onward"),
    scopeWhole: setScope("whole"),
  };
}

/** @param {Editor} app */
function tracks(app) {
  const { view } = app;
  const toggle = (/** @type {"hidden"|"locked"} */ name, /** @type {string|undefined} */ id) => {
    if (!id) return;
    const set = view.now[name];
    if (!set.delete(id)) set.add(id);
    view.set({ marks: view.now.marks + 1 });
  };
  /** @param {1|-1} step */
  const cycle = (step) => {
    const list = app.document.list();
    if (!list.length) return;
    const at = list.findIndex((track) => track.id === view.now.selected);
    const next = at < 0 ? (step > 0 ? 0 : list.length - 1) : (at + step + list.length) % list.length;
    view.set({ selected: list[next].id, newTrack: null });
  };
  return {
    select: (/** @type {string|null} */ id) => view.set({ selected: id, newTrack: null }),
    nextTrack: () => cycle(1),
    previousTrack: () => cycle(-1),
    hide: (/** @type {string|undefined} */ id) => toggle("hidden", id ?? app.track?.id),
    lock: (/** @type {string|undefined} */ id) => toggle("locked", id ?? app.track?.id),
    solo: (/** @type {string|undefined} */ id) => {
      const wanted = id ?? app.track?.id ?? "";
      view.set({ solo: view.now.solo === wanted ? "" : wanted, marks: view.now.marks + 1 });
    },
    startTrack: (/** @type {string|null} */ category) => {
      const tool = ["brush", "polygon", "lasso"].includes(view.now.tool) ? view.now.tool : "brush";
      const number = app.document.nextNumber();
      view.set({ newTrack: { id: newIdentifier(), category, number }, selected: null, tool, mode: "add" });
    },
    setCategory: (/** @type {string} */ category) => {
      if (!app.track || app.track.category === category || refusesAsLocked(app, "relabel")) return null;
      return app.queue?.add("relabel", [{ track: app.track.id, frame: null, after: { category } }]);
    },
    rename: (/** @type {string} */ name) => {
      if (!app.track || app.track.name === name) return null;
      return app.queue?.add("rename", [{ track: app.track.id, frame: null, after: { name } }]);
    },
  };
}

/** @param {Editor} app */
function seeing(app) {
  const { viewport, view, preferences } = app;
  const tool = (/** @type {string} */ name) => () => app.session.now.video && view.set({ tool: name });
  const size = (/** @type {number} */ factor) => {
    const now = preferences.now.brush;
    const next = factor > 1 ? Math.max(now + 1, Math.round(now * factor)) : Math.min(now - 1, Math.round(now * factor));
    preferences.set({ brush: Math.max(1, Math.min(400, next)) });
  };
  return {
    fit: () => viewport.fit(),
    actualSize: () => viewport.actual(),
    zoomIn: () => viewport.zoom(1.25),
    zoomOut: () => viewport.zoom(0.8),
    zoomToTrack: () => {
      const row = app.document.row(view.now.selected, view.now.frame);
      const box = row?.hash && app.document.masks.box(row.hash, app.document.height);
      if (box) viewport.show(box);
    },
    clean: () => view.set({ clean: !view.now.clean }),
    brush: tool("brush"),
    eraser: tool("eraser"),
    polygon: tool("polygon"),
    lasso: tool("lasso"),
    pan: tool("pan"),
    selectTool: tool("select"),
    smaller: () => size(0.85),
    larger: () => size(1.18),
  };
}

/** @param {Editor} app */
function general(app) {
  let turn = Promise.resolve();
  /** Run one undo after another. @param {() => Promise<void>} work */
  const inTurn = (work) => {
    app.undos += 1;
    app.session.set({ saving: "saving" });
    turn = turn
      .then(work)
      .catch((error) => app.toast({ tone: "warn", icon: "warn", title: "Not undone", text: messageOf(error) }))
      .finally(() => {
        app.undos -= 1;
        if (!app.undos && app.queue?.resting) app.queue.settle();
      });
    return turn;
  };
  /** @param {import("../kit/wire.js").UndoResult} answer @param {"undo"|"redo"} word */
  const take = (answer, word) => {
    if (answer.status === "nothing")
      app.toast({ icon: word === "undo" ? "undo" : "redo", title: `Nothing to ${word}`, name: "undo" });
    if (answer.status === "conflict") {
      app.toast({
        tone: "warn",
        icon: "warn",
        title: `Not ${word === "undo" ? "undone" : "redone"}`,
        text: answer.error ?? "A later edit changed the same masks.",
      });
    }
    app.applyRows(answer.rows ?? []);
    if (answer.status !== "applied") return;
    app.document.lastEdit = Math.max(app.document.lastEdit, answer.number ?? 0);
    const track = answer.rows?.find((row) => row.track)?.track;
    if (typeof answer.frame === "number") {
      // A frame inside of a wide edit shows its effect already.
      const { frame } = app.view.now;
      if (frame < answer.frame || frame > (answer.last_frame ?? answer.frame)) app.commands.goto(answer.frame);
    }
    if (track && app.document.tracks.get(track) && !app.document.tracks.get(track)?.deleted)
      app.view.set({ selected: track });
    if (app.track?.deleted || !app.track) app.view.set({ selected: null });
    app.refreshVideo();
  };
  const video = () => openVideo(app.session).id;
  return {
    undo: () => {
      const { queue } = app;
      if (!queue || app.onstepback()) return turn;
      for (const toast of app.root.querySelectorAll(".v-undoable")) toast.remove();
      const stuck = app.session.now.saving === "offline" || queue.conflicts.size > 0;
      if (stuck && queue.takeBack()) return turn;
      return inTurn(async () => {
        await queue.whenIdle();
        take(await api.undo(video(), { author: app.author, id: newIdentifier() }), "undo");
      });
    },
    /** Undo this edit, also when later ones followed; an unsent one is taken back. */
    undoEdit: (/** @type {string} */ id) => {
      const { queue } = app;
      if (!queue || (queue.waiting.at(-1)?.id === id && queue.takeBack())) return turn;
      return inTurn(async () => {
        await queue.whenIdle();
        take(await api.undo(video(), { author: app.author, id: newIdentifier(), edit: id }), "undo");
      });
    },
    redo: () => {
      const { queue } = app;
      if (!queue || queue.giveBack()) return turn;
      return inTurn(async () => {
        await queue.whenIdle();
        take(await api.redo(video(), { author: app.author, id: newIdentifier() }), "redo");
      });
    },
    save: () => app.queue?.retry(),
    retry: () => app.queue?.retry(),
    saveQueue: () => saveAsFile(app),
    loadQueue: () => loadFromFile(app),
  };
}
