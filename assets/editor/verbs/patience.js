// @ts-check
/** Waiting for what verbs compute: a person is told where it takes long, and can stop it. */

import { verbWorker } from "./worker.js";

/** After so many milliseconds a person is told what the page waits for. */
const SOON = 400;

/**
 * Wait for something that the worker computes.
 * @template T
 * @param {import("../editor.js").Editor} app @param {{title: string, text: string}} words of the toast
 * @param {() => Promise<T>} work
 * @returns {Promise<T|null>} null where the person stopped it; rejects where it fails
 */
export async function patiently(app, words, work) {
  let stopped = false;
  const stop = () => {
    stopped = true;
    verbWorker().fail();
  };
  const asked = work();
  const until = Promise.allSettled([asked]);
  const show = () =>
    app.toast({ icon: "clock", ...words, name: "reading", until, actions: [{ label: "Stop", run: stop }] });
  const waiting = setTimeout(show, SOON);
  void until.then(() => clearTimeout(waiting));
  try {
    const found = await asked;
    return stopped ? null : found;
  } catch (error) {
    if (stopped) return null;
    throw error;
  }
}
