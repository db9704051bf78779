// @ts-check
/** A new video's frames are counted while one already looks at it: how far that is, and what it changes here. */

import { api } from "../api.js";
import { fill, h } from "../../kit/dom.js";
import { plural } from "../../kit/text.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Milliseconds between two questions how far it is. */
const PACE = 1500;

/** Whether frames of a video may still get another number, or more follow. @param {any} video */
export const isCounting = (video) => Boolean(video) && (video.partial || video.confirmed < video.count);

/** The job that counts a video's frames, if one is at it. @param {any[]} jobs @param {any} video */
const jobOf = (jobs, video) =>
  jobs.find((job) => ["index", "propose"].includes(job.kind) && job.video === video?.id && job.status === "running");

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
    const shown = phase === "ready" && isCounting(video);
    chip.hidden = bar.hidden = !shown;
    if (!shown) return;
    const job = jobOf(jobs, video);
    bar.hidden = !job;
    const share = video.partial && job ? job.progress : video.confirmed / Math.max(1, video.count);
    const percent = Math.floor(100 * Math.min(1, share));
    fill(chip, job ? `Counting ${percent} %` : "Not all counted");
    chip.title =
      `${plural(video.confirmed, "frame")} of ${video.partial ? "more than " : ""}${video.count.toLocaleString("en")} counted. ` +
      "Masks can be stored on counted frames.";
    bar.setAttribute("aria-valuenow", String(percent));
    fullness.style.width = `${percent}%`;
  };
  app.session.on(["video", "phase", "jobs"], draw);
  draw();
  return { chip, bar };
}

/** Keeps the open video's count up to date while it is being counted. @param {Editor} app @returns {() => void} how to stop */
export function followCounting(app) {
  let busy = false;
  const timer = setInterval(async () => {
    const { video } = app.session.now;
    if (busy || !isCounting(video)) return;
    busy = true;
    try {
      const now = await api.counted(video.id);
      const same = now.count === video.count && now.partial === video.partial;
      if (app.session.now.video?.id !== video.id) return;
      if (same && now.confirmed < now.count) {
        if (now.confirmed !== video.confirmed)
          app.session.set({ video: { ...app.session.now.video, confirmed: now.confirmed } });
      } else await app.recount();
    } catch {
      return; // asked again soon; the save state says when the server is silent
    } finally {
      busy = false;
    }
  }, PACE);
  return () => clearInterval(timer);
}
