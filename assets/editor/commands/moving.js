// @ts-check
/** Commands that move in time, in the review queue and between videos. */

import { laneOf } from "../document/lanes.js";
import { play } from "../playback.js";
import { openVideo } from "../state.js";
import { activeSearch, filteredQueue, queueStep, search } from "./queue.js";
import { firstOf, noVideo } from "./reasons.js";

/** @typedef {import("./command.js").Command} Command */
/** @typedef {import("../editor.js").Editor} Editor */

const GROUP = "Move in time";

/** @param {Editor} app @param {number} frame */
function goto(app, frame) {
  if (!app.session.now.video) return;
  pause(app);
  app.view.set({ frame: Math.max(0, Math.min(app.document.count - 1, Math.round(frame))) });
}

/** @param {Editor} app */
function pause(app) {
  app.stopPlaying?.();
  app.stopPlaying = null;
}

/** Key frames of the selected track, else of all. @param {Editor} app */
const keyFrames = ({ track, document }) => (track ? [track] : document.list()).flatMap((each) => laneOf(each).keys);

/** The videos of the project and the place of the open one in them. @param {Editor} app */
function videosOf(app) {
  const list = app.session.now.project?.videos ?? [];
  return { list, at: list.findIndex(({ id }) => id === app.session.now.video?.id) };
}

/** @param {1|-1} step @returns {import("./reasons.js").Check} */
const noOther = (step) => (app) => {
  const { list, at } = videosOf(app);
  if (list[at + step]) return null;
  if (!list.length) return "The project has no video.";
  return step > 0 ? "This is the last video of the project." : "This is the first video of the project.";
};

/** @param {1|-1} step @returns {(app: Editor) => unknown} */
const videoStep = (step) => (app) => {
  const { list, at } = videosOf(app);
  return app.open(list[at + step].id);
};

/** Move one end of the range to the shown frame; verdicts hold for the range then. @param {Editor} app @param {"first"|"last"} end */
function setRange({ view, preferences }, end) {
  const { frame, range } = view.now;
  const [first, last] = range ?? [frame, frame];
  view.set({ range: end === "first" ? [frame, Math.max(frame, last)] : [Math.min(frame, first), frame] });
  preferences.set({ scope: "range" });
}

/** @type {import("./reasons.js").Check} */
const nothingWaits = (app) => (filteredQueue(app).length ? null : "The review queue is empty.");

/** @param {string} id @param {string} title @param {string[]} keys @param {(app: Editor) => number} frame @param {Partial<Command>} [more] @returns {Command} */
const step = (id, title, keys, frame, more = {}) => ({
  id,
  title,
  keys,
  group: GROUP,
  whilePreview: true,
  unavailable: noVideo,
  run: (app) => goto(app, frame(app)),
  ...more,
});

/** @type {readonly Command[]} */
export const MOVING = Object.freeze([
  step("nextFrame", "Next frame", ["F", "ArrowRight"], (app) => app.view.now.frame + 1, { repeat: true, icon: "next" }),
  step("previousFrame", "Previous frame", ["D", "ArrowLeft"], (app) => app.view.now.frame - 1, {
    repeat: true,
    icon: "prev",
  }),
  step("tenOn", "Ten frames on", ["V"], (app) => app.view.now.frame + 10, { repeat: true }),
  step("tenBack", "Ten frames back", ["C"], (app) => app.view.now.frame - 10, { repeat: true }),
  step(
    "nextKey",
    "Next key frame",
    ["R"],
    (app) => Math.min(...keyFrames(app).filter((key) => key > app.view.now.frame), app.document.count - 1),
    { icon: "knext" },
  ),
  step(
    "previousKey",
    "Previous key frame",
    ["E"],
    (app) => Math.max(...keyFrames(app).filter((key) => key < app.view.now.frame), 0),
    { icon: "kprev" },
  ),
  step("firstFrame", "First frame", ["Home"], () => 0, { icon: "first" }),
  step("lastFrame", "Last frame", ["End"], (app) => app.document.count - 1, { icon: "last" }),
  {
    id: "play",
    title: "Play, pause",
    group: GROUP,
    keys: ["Space"],
    icon: "play",
    whilePreview: true,
    unavailable: noVideo,
    run: (app) => {
      if (app.view.now.playing) pause(app);
      else app.stopPlaying = play({ video: openVideo(app.session), view: app.view });
    },
  },
  {
    id: "nextInQueue",
    title: "Next in the review queue",
    group: GROUP,
    keys: ["."],
    icon: "next",
    whilePreview: true,
    unavailable: firstOf(noVideo, nothingWaits),
    run: (app) => queueStep(app, 1),
  },
  {
    id: "previousInQueue",
    title: "Previous in the review queue",
    group: GROUP,
    keys: [","],
    icon: "prev",
    whilePreview: true,
    unavailable: firstOf(noVideo, nothingWaits),
    run: (app) => queueStep(app, -1),
  },
  {
    id: "findErrors",
    title: "Search for likely errors",
    group: GROUP,
    icon: "search",
    unavailable: firstOf(noVideo, (app) => (activeSearch(app) ? "The search is running." : null)),
    run: search,
  },
  {
    id: "nextVideo",
    title: "Next video",
    group: GROUP,
    keys: ["PageDown"],
    icon: "film",
    unavailable: noOther(1),
    run: videoStep(1),
  },
  {
    id: "previousVideo",
    title: "Previous video",
    group: GROUP,
    keys: ["PageUp"],
    icon: "film",
    unavailable: noOther(-1),
    run: videoStep(-1),
  },
  {
    id: "rangeStart",
    title: "Begin the range here",
    group: GROUP,
    keys: ["{"],
    places: ["palette", "lane"],
    whilePreview: true,
    unavailable: noVideo,
    run: (app) => setRange(app, "first"),
  },
  {
    id: "rangeEnd",
    title: "End the range here",
    group: GROUP,
    keys: ["}"],
    places: ["palette", "lane"],
    whilePreview: true,
    unavailable: noVideo,
    run: (app) => setRange(app, "last"),
  },
  {
    id: "clearRange",
    title: "Clear the range",
    group: GROUP,
    places: ["palette", "lane"],
    whilePreview: true,
    unavailable: (app) => (app.view.now.range ? null : "No range is chosen."),
    run: (app) => app.view.set({ range: null }),
  },
  {
    id: "goto",
    title: "Go to a frame",
    group: GROUP,
    places: [],
    whilePreview: true,
    run: (app, /** @type {number} */ frame) => goto(app, frame),
  },
  { id: "pause", title: "Pause", group: GROUP, places: [], whilePreview: true, run: pause },
]);
