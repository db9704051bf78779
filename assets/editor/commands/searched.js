// @ts-check
/** What a search for likely errors has found in the open video: asked for when it opens, and after each search of it. */

import { obstacle } from "../../kit/request.js";
import { hasEnded } from "../../kit/words.js";

/** @typedef {import("../editor.js").Editor} Editor */

export const SEARCH = "find_errors";

/**
 * Keep what was found up to date.
 * @template Found
 * @param {Editor} app @param {(video: string) => Promise<Found>} ask @param {(found: Found) => void} show
 */
export function followSearches(app, ask, show) {
  /** @type {string|null} the video that was asked about */
  let video = null;
  /** @type {Set<string>} searches whose end was seen */
  const ended = new Set();
  const load = async () => {
    if (app.session.now.phase !== "ready") return;
    const wanted = app.session.now.video?.id ?? null;
    video = wanted;
    if (wanted === null) return;
    const found = await ask(wanted).catch((error) => {
      app.session.set({ problem: obstacle(error) });
      return null;
    });
    if (found && video === wanted && app.session.now.video?.id === wanted) show(found);
  };
  app.session.on(["phase", "video"], () => {
    if (app.session.now.video?.id !== video) load();
  });
  app.session.on(["jobs"], () => {
    for (const job of app.session.now.jobs) {
      if (job.kind !== SEARCH || !hasEnded(job) || ended.has(job.id)) continue;
      ended.add(job.id);
      if (job.video === app.session.now.video?.id) load();
    }
  });
}
