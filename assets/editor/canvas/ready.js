// @ts-check
/**
 * The server gets ready for prompts while a tool that prompts is chosen: it loads what answers them, and looks at each
 * frame on which the person stays, so that the first box or click waits for neither.
 */

import { api } from "../api.js";
import { chosen } from "./answers.js";
import { TOOLS } from "./tools/index.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Milliseconds after which a person stays on a frame. */
export const STAY = 250;

/** Keep the server ready for the frame that is shown. @param {Editor} app */
export function keepReady(app) {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  let latest = "";
  let busy = false;
  // One request at a time, and the next about the latest frame: what nobody looks at any more is not asked for.
  const key = () => JSON.stringify([app.session.now.video?.id, app.view.now.frame, app.preferences.now.segmenter]);
  const get = async () => {
    const { video } = app.session.now;
    const { frame } = app.view.now;
    const now = key();
    if (busy || !video || !wanted(app) || now === latest) return;
    latest = now;
    busy = true;
    try {
      await api.getReady(video.id, { frame, ...chosen(app) });
    } catch {
      // The prompt itself says what is wrong.
      latest = "";
    }
    busy = false;
    if (key() !== now) wait();
  };
  const wait = () => {
    clearTimeout(timer);
    if (wanted(app)) timer = setTimeout(get, STAY);
  };
  app.view.on(["tool", "frame", "playing"], wait);
  app.session.on(["phase", "video"], wait);
  app.preferences.on(["segmenter"], wait);
}

/** @param {Editor} app */
function wanted({ session, view }) {
  const { playing, tool } = view.now;
  return session.now.phase === "ready" && !playing && Boolean(TOOLS[tool]?.options?.includes("prompted"));
}
