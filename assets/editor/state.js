// @ts-check
/** The state of the editor, split by how long it lives: in this browser, with this page, with the open video. */

import { createStore } from "./store.js";

const STORED = "v-editor";
/** Why most commands and every tool that draws cannot run while a preview is shown. */
export const PREVIEW_FIRST = "Apply or discard the preview first.";

/**
 * @typedef {object} Preferences kept in this browser
 * @property {number} brush diameter, picture pixels
 * @property {boolean} square whether the brush is square
 * @property {boolean} pressing whether the pressure of a pen makes the brush wider
 * @property {boolean} noOverlap drawing takes the newly painted pixels away from other tracks
 * @property {number} tolerance of the magic wand, 0 to 255
 * @property {number} opacity of the selected mask, percent
 * @property {boolean} filled whether masks are filled; else only their lines are drawn
 * @property {boolean} ghost whether the selected track's line on the frame before is drawn
 * @property {boolean} grid whether the borders of pixels are drawn when zoomed in
 * @property {number} brightness of the picture, -100 to 100
 * @property {number} contrast of the picture, -100 to 100
 * @property {number} gamma of the picture, -100 (dark) to 100
 * @property {boolean} outlines
 * @property {number} panel width, CSS pixels; 0: that of the style sheet
 * @property {number} timeline height, CSS pixels; 0: that of the style sheet
 * @property {number} panelOf width of the window in which the panel got its width
 * @property {number} timelineOf height of the window in which the timeline got its height
 * @property {string} segmenter name of the prompter that answers boxes and clicks
 * @property {boolean} steady whether Propose makes masks steady
 * @property {string} scope frame, range, onward or whole
 * @property {string} tab tracks, queue, history or comments
 */

/** @type {Readonly<Preferences>} */
export const PREFERENCES = Object.freeze({
  brush: 14,
  square: false,
  pressing: true,
  noOverlap: false,
  tolerance: 24,
  opacity: 50,
  filled: true,
  ghost: false,
  grid: true,
  brightness: 0,
  contrast: 0,
  gamma: 0,
  outlines: true,
  panel: 0,
  timeline: 0,
  panelOf: 0,
  timelineOf: 0,
  segmenter: "cursor",
  steady: true,
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
      const key = /** @type {keyof Preferences} */ (name);
      if (typeof read[key] === typeof kept[key]) Object.assign(kept, { [key]: read[key] });
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    storage.removeItem(STORED);
  }
  const store = createStore(kept);
  store.on(/** @type {(keyof Preferences)[]} */ (Object.keys(kept)), (now) =>
    keep(storage, STORED, JSON.stringify(now)),
  );
  return store;
}

/** Keep a text where the storage has room; where edits that wait to be sent fill it, it lasts as long as the page. @param {Storage} storage @param {string} name @param {string} text */
function keep(storage, name, text) {
  try {
    storage.setItem(name, text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/**
 * @typedef {object} Session lives as long as the page
 * @property {import("../kit/wire.js").Project|null} project
 * @property {import("../kit/wire.js").ProjectLine[]} projects
 * @property {import("../kit/wire.js").Video|null} video
 * @property {"loading"|"ready"|"novideo"|"failed"} phase
 * @property {string} problem
 * @property {import("../kit/wire.js").Job[]} jobs
 * @property {"saved"|"saving"|"offline"|"conflict"} saving
 * @property {number} waiting unsent edits
 * @property {string} obstacle why edits cannot be sent, a sentence; empty where the server does not answer
 * @property {number} retryAt time of the next try, milliseconds; 0 for none
 * @property {boolean} connected whether events of the server arrive
 * @property {"light"|"dark"} theme
 */

export function createSession() {
  return createStore(
    /** @type {Session} */ ({
      project: null,
      projects: [],
      video: null,
      phase: "loading",
      problem: "",
      jobs: [],
      saving: "saved",
      waiting: 0,
      obstacle: "",
      retryAt: 0,
      connected: false,
      theme: "light",
    }),
  );
}

/** The categories that the open video's project offers; none before a video is open. @param {{now: Pick<Session, "video">}} session */
export const categoriesInUse = ({ now: { video } }) => (video?.categories ?? []).filter(({ retired }) => !retired);

/** The open video. Throws where none is open. @param {{now: Pick<Session, "video">}} session */
export function openVideo({ now: { video } }) {
  if (!video) throw new Error("No video is open.");
  return video;
}

/** @typedef {{frame: number, track: string, confidence: number, source: string, sure: boolean, refining?: boolean}} Prompted confidence is 0 to 1; `refining`: a better mask is on its way */

/** @typedef {import("./document/lanes.js").QueueItem} QueueItem */
/**
 * @typedef {{track: string, frame: number, item: QueueItem, list: readonly QueueItem[]}} Walk `item`: the entry that led
 *   there; `list`: the whole queue then, whatever the filter showed of it
 */

/**
 * @typedef {object} View lives as long as a video is open
 * @property {number} frame
 * @property {number} shown frame whose masks are on the canvas, -1 for none
 * @property {"exact"|"standin"|"none"} picture the picture under them: the frame's own, a small one of another frame, none
 * @property {number} late frame whose exact picture takes a moment, -1 for none
 * @property {string|null} selected id of a track
 * @property {string} tool
 * @property {import("./masks/region.js").Mode} mode what shapes do to the mask; brushes only add or subtract
 * @property {number} contours counts up whenever a half drawn outline changes
 * @property {Prompted|null} prompted which way found the mask of a prompt, and how sure it is
 * @property {string} measure what the gesture under way measures, such as a tolerance
 * @property {boolean} playing
 * @property {number} rate
 * @property {[number, number]|null} range first and last frame, both included
 * @property {{id: string, category: string|null, number: number}|null} newTrack that the next stroke makes
 * @property {string} solo id of the only track that is drawn, empty for all
 * @property {boolean} clean whether only the picture is drawn
 * @property {string} filter of the list of tracks
 * @property {readonly import("../kit/wire.js").Comment[]} comments by frame
 * @property {"open"|"resolved"} commentFilter
 * @property {string} queueFilter all, likely, look or unreviewed; identity: the list of suggested changes of identities
 * @property {readonly import("../kit/wire.js").LikelyError[]} likely errors that the latest search found
 * @property {number|null} searched number of the last edit that the search saw; null: there was no search
 * @property {readonly import("../kit/wire.js").IdentityCandidate[]} identities changes of identities that it suggests
 * @property {number|null} identified as `searched`, for these
 * @property {boolean} surfaced whether likely errors were found after the way through the queue began
 * @property {readonly import("../kit/wire.js").IdentityVideo[]} identityVideos other videos with such suggestions
 * @property {string} earlier what is shown in place of the selected mask, in words; empty: the mask itself
 * @property {Walk|null} walk where the way through the review queue led last
 * @property {[number, number]|null} pointer picture pixel under the pointer
 * @property {number} revision counts up whenever tracks, rows or masks change
 * @property {number} marks counts up whenever hidden or locked tracks change
 * @property {import("./commands/preview.js").Preview|null} preview what a command would change
 * @property {number} previewOf revision that the preview was made of
 * @property {number} previews counts up with every preview but one that takes the place of another after tracks changed
 * @property {Set<string>} hidden ids of tracks
 * @property {Set<string>} locked ids of tracks
 */

/** @type {Readonly<Omit<View, "hidden"|"locked">>} */
export const VIEW = Object.freeze({
  frame: 0,
  shown: -1,
  picture: "none",
  late: -1,
  selected: null,
  tool: "select",
  mode: "add",
  contours: 0,
  measure: "",
  prompted: null,
  playing: false,
  rate: 1,
  range: null,
  newTrack: null,
  solo: "",
  clean: false,
  filter: "",
  comments: Object.freeze([]),
  commentFilter: "open",
  queueFilter: "all",
  likely: Object.freeze([]),
  identities: Object.freeze([]),
  identified: null,
  identityVideos: Object.freeze([]),
  searched: null,
  surfaced: false,
  walk: null,
  earlier: "",
  pointer: null,
  revision: 0,
  marks: 0,
  preview: null,
  previewOf: 0,
  previews: 0,
});

/** More names of the state that tests in a browser read; all differ from those of session and view. */
export const BESIDE = Object.freeze({ preferences: "preferences", tracks: "tracks" });

export const createView = () => createStore(/** @type {View} */ ({ ...VIEW, hidden: new Set(), locked: new Set() }));

/** Where this browser keeps which tracks of a video are hidden and locked. @param {string} video id */
const marksOf = (video) => `v-marks:${video}`;

/**
 * Which tracks of a video this browser hides and locks; none where what is stored cannot be read.
 * @param {Pick<Storage, "getItem"|"removeItem">} storage @param {string} video id
 * @returns {Pick<View, "hidden"|"locked">} ids of tracks
 */
export function keptMarks(storage, video) {
  try {
    const { hidden = [], locked = [] } = JSON.parse(storage.getItem(marksOf(video)) ?? "{}");
    return { hidden: new Set(hidden), locked: new Set(locked) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    storage.removeItem(marksOf(video));
    return { hidden: new Set(), locked: new Set() };
  }
}

/**
 * Keep them from now on, and follow what another window of this browser hides and locks, so that neither undoes the
 * other's choice.
 * @param {{session: {now: Session}, view: import("./store.js").Store<View>}} app @param {Storage} storage
 * @param {EventTarget} page that hears of changes of the storage: its window
 */
export function keepMarks({ session, view }, storage, page) {
  view.on(["marks"], ({ hidden, locked }) => {
    const { video } = session.now;
    if (!video) return;
    if (hidden.size || locked.size)
      keep(storage, marksOf(video.id), JSON.stringify({ hidden: [...hidden], locked: [...locked] }));
    else storage.removeItem(marksOf(video.id));
  });
  page.addEventListener("storage", (event) => {
    const { video } = session.now;
    if (!video || /** @type {StorageEvent} */ (event).key !== marksOf(video.id)) return;
    view.set({ ...keptMarks(storage, video.id), marks: view.now.marks + 1 });
  });
}
