// @ts-check
/** Why a command cannot run now. Each check returns a sentence for the person, or null. */

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {(app: Editor, argument?: unknown) => string|null} Check */

/** The first reason of several checks. @param {...Check} checks @returns {Check} */
export const firstOf =
  (...checks) =>
  (app, argument) => {
    for (const check of checks) {
      const reason = check(app, argument);
      if (reason) return reason;
    }
    return null;
  };

/** @type {Check} */
export function noVideo(app) {
  const { phase } = app.session.now;
  if (phase === "ready") return null;
  return phase === "loading" ? "The video is still loading." : "No video is open.";
}

/** @type {Check} */
export const noTrack = (app) => noVideo(app) ?? (app.track ? null : "Select a track first.");

/** @type {Check} no track is selected, or the selected one is locked */
export function lockedTrack(app) {
  const reason = noTrack(app);
  const { track } = app;
  if (reason || !track || !app.view.now.locked.has(track.id)) return reason;
  return `Track ${track.number} is locked. Unlock it first (${app.keymap.keyOf("lock")}).`;
}

/** The rows of these frames have not arrived yet. @param {Editor} app @param {[number, number]} frames both in */
export function unread(app, [first, last]) {
  if (!app.rows || app.rows.covers(first, last)) return null;
  return `The masks of this video are still being read (${Math.floor(100 * app.rows.share)} %).`;
}

/** "frame 3", "frames 3 – 8" or "the whole video". @param {Editor} app @param {[number, number]} frames both in */
export function framesInWords(app, [first, last]) {
  if (first === last) return `frame ${first}`;
  return first === 0 && last === app.document.count - 1 ? "the whole video" : `frames ${first} – ${last}`;
}
