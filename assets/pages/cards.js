// @ts-check
/** One video as a card or as a line of the list. */

import { h, icon } from "../kit/dom.js";
import { clock, count, plural } from "../kit/text.js";
import { activityOf, videoState } from "../kit/words.js";
import { address } from "./data.js";

/**
 * @typedef {import("../kit/wire.js").VideoLine} VideoLine
 */

/** @param {VideoLine} video neither begun nor finished */
export function isOpen(video) {
  return video.state === "new" || video.state === "proposed";
}

/** Share of frames times tracks that leave nothing to ask, as the editor shows it. @param {VideoLine} video @returns {number} 0 to 100 */
export function reviewed({ asked = 0, done = 0 }) {
  return asked ? Math.floor((100 * done) / asked) : 0;
}

/** Whether all frames are declared complete. @param {VideoLine} video */
const isComplete = ({ complete = 0, count: frames }) => frames > 0 && complete >= frames;

/** The bar of review states, along frames times tracks. @param {VideoLine} video */
export function reviewBar({ asked = 0, counts, done = 0 }) {
  const { unreviewed, accepted, corrected, rejected, look } = counts;
  const all = Math.max(1, asked);
  // Of rejected tracks and of complete frames, and where the thing is absent: done without a mask.
  const settled = Math.max(0, done - accepted - corrected - rejected);
  const parts = /** @type {[string, number, string][]} */ ([
    ["a", accepted, "accepted"],
    ["c", corrected, "corrected"],
    ["l", look, "need a look"],
    ["x", rejected, "rejected"],
    ["d", settled, "done without a mask"],
  ]).filter((p) => p[1] > 0);
  const summary = [...parts.map(([, n, word]) => `${count(n)} ${word}`), `${count(unreviewed)} unreviewed`].join(", ");
  return h(
    "div.v-rbar",
    { role: "img", "aria-label": summary, title: summary },
    ...parts.map(([kind, n]) => h(`i.${kind}`, { style: { width: `${(100 * n) / all}%` } })),
    done + look < all ? h("i.u") : null,
  );
}

/** @param {VideoLine} video */
function chip(video) {
  if (video.job)
    return h("span.v-chip.acc", null, `${activityOf(video.job.kind)} ${Math.round((video.job.progress ?? 0) * 100)} %`);
  if (video.problem) return h("span.v-chip.bad", null, icon("warn", 12), "No source");
  if (isBroken(video)) return h("span.v-chip.warn", null, "Proposed in part");
  const { word, tone } = videoState(video.state);
  if (!isComplete(video)) return h("span.v-chip", { class: tone }, word);
  const title = "Declared complete: everything of the categories has a track in all frames";
  if (video.state === "done") return h("span.v-chip", { class: tone, title }, icon("flag", 12), "Complete");
  return h("span.v-chip", { class: tone, title }, icon("flag", 12), word);
}

/** Whether its last proposal broke off, and nobody has judged anything since. @param {VideoLine} video */
const isBroken = (video) => isOpen(video) && Boolean(video.proposed);

/** The work that is left, in a few words. @param {VideoLine} video */
function remark(video) {
  if (video.job)
    return (video.job.eta_seconds ?? 0) > 0
      ? `${clock(video.job.eta_seconds ?? 0)} left`
      : video.job.message || "starting";
  if (video.problem) return video.problem;
  if (isBroken(video)) return `${count(video.proposed ?? 0)} of ${count(video.count)} proposed`;
  if (!video.complete || (isComplete(video) && video.state === "done")) return workLeft(video);
  return `${workLeft(video)}, ${isComplete(video) ? "complete" : `${count(video.complete)} complete`}`;
}

/** @param {VideoLine} video that no job works on */
function workLeft(video) {
  if (video.counts.look > 0) return `${count(video.counts.look)} to check`;
  // Frames of a track on which nobody looked have no mask that waits; they are no verdict either.
  if (video.state === "done")
    return reviewed(video) === 100 ? "all reviewed" : `all masks, ${reviewed(video)} % of frames`;
  // A few frames are drawn by hand and the others have no row: the rows are reviewed, the video is not.
  if (video.state === "review" && video.bare && video.counts.unreviewed === 0)
    return `${count(video.frames ?? 0)} of ${plural(video.count, "frame")}`;
  if (video.state === "review") return `${reviewed(video)} % reviewed`;
  return video.state === "proposed" ? "waits for review" : "no tracks yet";
}

/** The work that is left, for the list, where the share has a column of its own. @param {VideoLine} video */
function left(video) {
  const { look, unreviewed } = video.counts;
  if (video.job || video.problem || isBroken(video) || look > 0 || unreviewed === 0) return remark(video);
  return `${count(unreviewed)} unreviewed`;
}

/** The small picture of a video, with its masks; its address changes with them. @param {VideoLine} video */
export function picture(video) {
  const { unreviewed, accepted, corrected, rejected } = video.counts;
  const stamp = video.last_edit ?? [video.tracks, unreviewed, accepted, corrected, rejected].join("-");
  return thumbnail(video.id, stamp);
}

/**
 * The small picture of a video, or an icon where there is none.
 * @param {string} id @param {string|number} stamp changes with the picture
 */
export function thumbnail(id, stamp) {
  const image = h("img", {
    src: `/data/videos/${encodeURIComponent(id)}/thumb.jpg?e=${stamp}`,
    alt: "",
    loading: "lazy",
    draggable: "false",
  });
  image.addEventListener("error", () => image.replaceWith(h("span.v-noimg", null, icon("film", 28))));
  return image;
}

/**
 * The button that opens the menu of a video.
 * @param {VideoLine} video @param {(anchor: HTMLElement, video: VideoLine) => void} menu opens it
 */
function more(video, menu) {
  const opener = h(
    "button.v-more",
    {
      type: "button",
      "aria-label": `Rename or remove ${video.name}`,
      title: "Rename, remove",
      "aria-haspopup": "menu",
    },
    icon("more"),
  );
  opener.addEventListener("click", () => menu(opener, video));
  return opener;
}

/** The place in the order of what to correct next, and why; shown while the videos stand in that order. @param {VideoLine} video */
function why({ place, why: reasons }) {
  if (!place || !reasons) return null;
  return h("div.v-why", { title: reasons.join(" ") }, h("b", null, String(place)), h("span", null, reasons.join(" ")));
}

/** @param {VideoLine} video @param {string} project @param {(anchor: HTMLElement, video: VideoLine) => void} menu */
export function card(video, project, menu) {
  const link = h(
    "a.v-vc",
    { href: address("/review", { project, video: video.id }), "data-video": video.id },
    h(
      "div.v-th",
      null,
      picture(video),
      h("span.v-ov", null, clock(video.seconds)),
      video.job ? h("span.v-pb", null, h("i", { style: { width: `${(video.job.progress ?? 0) * 100}%` } })) : null,
    ),
    h(
      "div.v-vb",
      null,
      h("div.v-l1", null, h("b.v-ell.v-grow", { title: video.name }, video.name), chip(video)),
      reviewBar(video),
      why(video),
      h(
        "div.v-l2",
        null,
        h(
          "span.v-ell.v-grow",
          { class: video.problem ? "v-badc" : "", title: video.problem ?? null },
          video.counts.look > 0 && !video.job ? h("span.v-warnc.v-inl", null, icon("warn", 14)) : null,
          remark(video),
        ),
        h(
          "span.v-t3.v-nowrap",
          null,
          plural(video.count, "frame") + (video.tracks ? `, ${plural(video.tracks, "track")}` : ""),
        ),
      ),
    ),
  );
  return h("div.v-tile", null, link, more(video, menu));
}

/** @param {VideoLine} video @param {string} project @param {(anchor: HTMLElement, video: VideoLine) => void} menu */
export function row(video, project, menu) {
  const href = address("/review", { project, video: video.id });
  return h(
    "tr",
    { "data-video": video.id },
    h(
      "td",
      null,
      h(
        "a.v-row.v-namecell",
        { href, title: video.name },
        h("span.v-mini", null, picture(video)),
        h("b.v-ell", null, video.name),
      ),
    ),
    h("td", null, chip(video)),
    h("td", null, h("span.v-row", null, reviewBar(video), h("span.v-t2", null, `${reviewed(video)} %`))),
    h("td.v-t2.v-ell", { class: video.problem ? "v-badc" : "", title: video.problem ?? null }, left(video), why(video)),
    h("td", null, count(video.count)),
    h("td", null, clock(video.seconds)),
    h("td", null, video.tracks ? count(video.tracks) : "–"),
    h("td", null, h("span.v-acts", null, h("a.v-btn", { href }, "Open"), more(video, menu))),
  );
}
