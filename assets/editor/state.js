// @ts-check
/** What the editor knows, split by how long it lives: this browser, this page, this video. */

import { createStore } from "./store.js";

const STORED = "v-editor";

/**
 * @typedef {object} Preferences kept in this browser
 * @property {number} brush diameter, picture pixels
 * @property {boolean} noOverlap drawing takes pixels away from other tracks
 * @property {boolean} outlines
 * @property {number} panel width, CSS pixels; 0 as the style sheet says
 * @property {number} timeline height, CSS pixels; 0 as the style sheet says
 * @property {string} scope frame, range, onward or whole
 * @property {string} tab tracks, queue or history
 */

/** @type {Readonly<Preferences>} */
export const PREFERENCES = Object.freeze({
  brush: 14,
  noOverlap: false,
  outlines: true,
  panel: 0,
  timeline: 0,
  scope: "frame",
  tab: "tracks",
});

/**
 * Preferences, written back to `storage` on every change. Values of another type are ignored.
 * @param {Storage} storage
 */
export function createPreferences(storage) {
  /** @type {Preferences} */
  const kept = { ...PREFERENCES };
  try {
    const read = JSON.parse(storage.getItem(STORED) ?? "{}");
    for (const name of Object.keys(kept)) {
      if (typeof read[name] === typeof (/** @type {any} */ (kept)[name])) /** @type {any} */ (kept)[name] = read[name];
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    storage.removeItem(STORED);
  }
  const store = createStore(kept);
  store.on(/** @type {any} */ (Object.keys(kept)), (now) => storage.setItem(STORED, JSON.stringify(now)));
  return store;
}

/** Lives as long as the page. */
export function createSession() {
  return createStore({
    /** @type {any} */ project: null,
    /** @type {any[]} */ projects: [],
    /** @type {any} */ video: null,
    /** @type {"loading"|"ready"|"novideo"|"failed"} */ phase: "loading",
    problem: "",
    /** @type {any[]} */ jobs: [],
    /** @type {"saved"|"saving"|"offline"|"conflict"} */ saving: "saved",
    waiting: 0,
    /** why edits wait, a sentence; empty where nobody answers */ obstacle: "",
    retryAt: 0,
    connected: false,
    /** @type {"light"|"dark"} */ theme: "light",
  });
}

/** Lives as long as a video is open. */
export const VIEW = Object.freeze({
  frame: 0,
  /** frame whose masks are on the canvas, -1 for none */ shown: -1,
  /** what is under them: the frame itself, another one's small picture, or nothing. @type {"exact"|"proxy"|"none"} */ picture:
    "none",
  /** frame whose exact picture takes a moment */ late: -1,
  /** @type {string|null} */ selected: null,
  tool: "select",
  mode: "add",
  playing: false,
  rate: 1,
  /** @type {[number, number]|null} frames first and last, both in */ range: null,
  /** @type {{id: string, category: string|null, number: number}|null} */ newTrack: null,
  solo: "",
  clean: false,
  filter: "",
  queueFilter: "all",
  /** @type {[number, number]|null} */ pointer: null,
  /** counts up whenever tracks, rows or masks change */ revision: 0,
  /** counts up whenever hidden or locked tracks change */ marks: 0,
});

/** What tests in a browser see beside the names of session and view, which are all different. */
export const BESIDE = Object.freeze({ preferences: "preferences", tracks: "tracks" });

/** @returns {import("./store.js").Store<any>} */
export const createView = () => createStore({ ...VIEW, hidden: new Set(), locked: new Set() });
