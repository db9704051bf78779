// @ts-check
/** Frames of a new video are counted while it is open: the progress, and the new number when it changes. */

import { api } from "../api.js";
import { fill, h } from "../../kit/dom.js";
import { count, plural } from "../../kit/text.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Milliseconds between two requests for the progress. */
const PACE = 1500;

/** @typedef {import("../../kit/wire.js").Video} Video */

/** Whether the frames of a video are not all counted yet. @param {Pick<Video, "partial"|"confirmed"|"count">|null} video */
export const isCounting = (video) => Boolean(video && (video.partial || video.confirmed < video.count));

/** The running job that counts a video's frames. @param {import("../../kit/wire.js").Job[]} jobs @param {Video} video */
const jobOf = (jobs, video) =>
  jobs.find((job) => ["index", "propose"].includes(job.kind) && job.video === video.id && job.status === "running");

/** The chip beside the frame's number, and the bar above the lanes. @param {Editor} app */
export function counting(app) {
  const chip = h("span", { class: "v-chip v-counting", role: "status", hidden: true });
  const fullness = h("i", {});
  const bar = h(
    "div",
    {
      class: "v-countbar",
      role: "progressbar",
      "aria-label": "Frames counted",
      "aria-valuemin": "0",
      "aria-valuemax": "100",
      hidden: true,
    },
    fullness,
  );
  const draw = () => {
    const { video, phase, jobs } = app.session.now;
    chip.hidden = bar.hidden = phase !== "ready" || !isCounting(video);
    if (chip.hidden || !video) return;
    const job = jobOf(jobs, video);
    bar.hidden = !job;
    const share = video.partial && job ? (job.progress ?? 0) : video.confirmed / Math.max(1, video.count);
    const percent = Math.floor(100 * Math.min(1, share));
    fill(chip, job ? `Counting ${percent} %` : "Not all counted");
    chip.title =
      `${plural(video.confirmed, "frame")} of ${video.partial ? "more than " : ""}${count(video.count)} counted. ` +
      "Masks can be stored on counted frames.";
    bar.setAttribute("aria-valuenow", String(percent));
    fullness.style.width = `${percent}%`;
  };
  app.session.on(["video", "phase", "jobs"], draw);
  draw();
  return { chip, bar };
}

/** Keep the count of the open video up to date. @param {Editor} app @returns {() => void} ends it */
export function followCounting(app) {
  let busy = false;
  const timer = setInterval(async () => {
    const { video } = app.session.now;
    if (busy || !video || !isCounting(video)) return;
    busy = true;
    try {
      const now = await api.counted(video.id);
      const same = now.count === video.count && now.partial === video.partial;
      if (app.session.now.video?.id !== video.id) return;
      if (same && now.confirmed < now.count) {
        if (now.confirmed !== video.confirmed)
          app.session.set({ video: { ...video, ...app.session.now.video, confirmed: now.confirmed } });
      } else await app.recount();
    } catch {
      return; // the next request comes soon; the save state shows when the server does not answer
    } finally {
      busy = false;
    }
  }, PACE);
  return () => clearInterval(timer);
}
