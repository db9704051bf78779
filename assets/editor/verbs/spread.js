// @ts-check
/** Spread: the worker follows the masks of people to other frames; its drafts are reviewed, then applied as one edit. */

import { EVERYWHERE } from "../commands/command.js";
import { api } from "../api.js";
import { scopeOf } from "../commands/judging.js";
import { showPreview } from "../commands/previewing.js";
import { firstOf, lockedTrack, noVideo } from "../commands/reasons.js";
import { isHuman } from "../document/document.js";
import { messageOf } from "../../kit/request.js";
import { plural } from "../../kit/text.js";
import { openVideo, PREVIEW_FIRST } from "../state.js";
import { readDrafts, Spreading } from "./spreading.js";
import { GROUP, trackOf } from "./subjects.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {"forward"|"backward"|"both"} Way */

/** Whether a person drew or accepted a mask of the track. @param {Track} track */
const hasHumanMask = (track) =>
  [...track.rows.values()].some((row) => isHuman(row) && row.state === "present" && row.review !== "rejected");

/** @type {import("../commands/reasons.js").Check} */
const unreachable = (app) =>
  app.session.now.saving === "offline" ? "Spreading needs the server, which does not answer now." : null;

/** @type {import("../commands/reasons.js").Check} */
function nothingToSpread(app) {
  const track = trackOf(app);
  if (app.rows && !app.rows.whole) return null; // the server knows all rows
  return hasHumanMask(track) ? null : `Track ${track.number} has no mask of a person yet; draw or accept one first.`;
}

/** Tracks with a mask of a person on the shown frame, unlocked. @param {Editor} app */
const drawnHere = (app) =>
  app.document.list().filter((track) => {
    const row = track.rows.get(app.view.now.frame);
    const judged = row && isHuman(row) && row.state === "present" && row.review !== "rejected";
    return judged && !track.rejected && !app.view.now.locked.has(track.id);
  });

/** The chosen range, where verdicts hold for it. @param {Editor} app @returns {[number, number]|null} */
const rangeInUse = (app) => (scopeOf(app) === "range" ? app.view.now.range : null);

/**
 * Ask the worker, and show what it finds as it comes.
 * @param {Editor} app @param {readonly string[]} tracks ids @param {Way} way
 * @param {[number, number]|null} [range] filled as far as it lies that way; null: the frames to the next judged ones
 */
async function begin(app, tracks, way, range = rangeInUse(app)) {
  const { document } = app;
  const { frame } = app.view.now;
  const chosen = range ? { start: range[0], stop: range[1] + 1 } : {};
  app.encoder.flush();
  await app.queue?.whenIdle();
  try {
    const { job } = await api.spread(openVideo(app.session).id, { tracks, frame, way, ...chosen });
    if (app.document !== document) return null;
    app.onjob(job);
    return new Spreading(app, { job: job.id, tracks }).preview();
  } catch (error) {
    app.toast({ tone: "warn", icon: "spread", title: "Not spread", text: messageOf(error), name: "not now" });
    return null;
  }
}

const spreadable = firstOf(lockedTrack, unreachable, nothingToSpread);

/** @param {string} id @param {string} title @param {Way} way @param {readonly string[]} [keys] @returns {import("../commands/command.js").Command} */
const spread = (id, title, way, keys = []) => ({
  id,
  title,
  group: GROUP,
  keys,
  icon: "spread",
  places: EVERYWHERE,
  unavailable: spreadable,
  run: (app) => begin(app, [trackOf(app).id], way),
});

/** @type {readonly import("../commands/command.js").Command[]} */
export const SPREAD = Object.freeze([
  spread("spread", "Spread to the next masks of a person", "both", ["Alt+S"]),
  spread("spreadForward", "Spread forward", "forward", ["Alt+F"]),
  spread("spreadBackward", "Spread backward", "backward", ["Alt+B"]),
  {
    // A correction concerns the frames to its neighbours, whatever range was chosen before.
    id: "spreadAgain",
    title: "Spread again",
    group: GROUP,
    icon: "spread",
    places: [],
    unavailable: spreadable,
    run: (app) => begin(app, [trackOf(app).id], "both", null),
  },
  {
    id: "spreadAll",
    title: "Spread all tracks that a person drew here",
    group: GROUP,
    keys: ["Alt+Shift+S"],
    icon: "spread",
    places: /** @type {const} */ (["palette", "canvas"]),
    unavailable: firstOf(noVideo, unreachable, (app) =>
      drawnHere(app).length ? null : `Nobody has drawn or accepted a mask on frame ${app.view.now.frame}.`,
    ),
    run: (app) =>
      begin(
        app,
        drawnHere(app).map(({ id }) => id),
        "both",
      ),
  },
]);

/** Keep the drafts of the open video up to date; those of an earlier visit are offered. @param {Editor} app */
export function followDrafts(app) {
  /** @type {string|null} */
  let video = null;
  app.ondrafts = (message) => {
    if (message.video === app.session.now.video?.id) app.document.drafts.take(message);
  };
  app.ondraftsremoved = (message) => {
    if (message.video === app.session.now.video?.id) app.document.drafts.drop(message);
  };
  app.session.on(["phase", "video"], () => {
    const { phase, video: open } = app.session.now;
    if (phase !== "ready" || !open || open.id === video) return;
    video = open.id;
    readDrafts(app).then((read) => read && offerKept(app));
  });
}

/** @param {Editor} app @param {string} [why] they are not shown yet */
function offerKept(app, why = "") {
  const { drafts } = app.document;
  const runs = [...drafts.runs.values()].filter((run) => drafts.of(run.id).length);
  const run = runs.at(-1);
  if (!run) return;
  const found = drafts.of(run.id);
  const tracks = [...new Set(found.map(({ track }) => track))].filter((id) => app.document.tracks.has(id));
  if (!tracks.length) return;
  const spreading = () => new Spreading(app, { job: run.job, run: run.id, tracks });
  app.toast({
    icon: "spread",
    title: "A spread waits",
    text: `${plural(new Set(found.map(({ frame }) => frame)).size, "frame")} of ${plural(tracks.length, "track")}, not applied yet.${why && ` ${why}`}`,
    name: "spread waits",
    actions: [
      {
        label: "Show",
        run: () => (app.view.now.preview ? offerKept(app, PREVIEW_FIRST) : showKept(app, spreading())),
      },
      { label: "Discard", run: () => spreading().discard() },
    ],
  });
}

/** @param {Editor} app @param {Spreading} spreading */
function showKept(app, spreading) {
  if (!app.document.drafts.of(spreading.run).length) return spreading.gone();
  // They were read when the video was opened, unless the job still stores some.
  spreading.complete = !spreading.running;
  app.view.set({ selected: spreading.tracks[0] });
  showPreview(app, spreading.preview());
}
