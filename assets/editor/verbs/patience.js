// @ts-check
/** Waiting for what verbs compute: a person is told where it takes long, and can stop it. */

/** After so many milliseconds a person is told what the page waits for. */
const SOON = 400;

/**
 * Wait for something that the worker computes.
 * @template T
 * @param {import("../editor.js").Editor} app @param {{title: string, text: string}} words of the toast
 * @param {(stopped: AbortSignal) => Promise<T>} work what it asks the worker goes with the signal, which ends that alone
 * @returns {Promise<T|null>} null where the person stopped it; rejects where it fails
 */
export async function patiently(app, words, work) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = () => stopping.abort();
  // It listens before the work does, so that Stop is no failure of the work.
  const stopped = new Promise((done) => signal.addEventListener("abort", () => done(null)));
  const found = /** @type {Promise<T|null>} */ (Promise.race([stopped, work(signal)]));
  const until = Promise.allSettled([found]);
  const show = () =>
    app.toast({ icon: "clock", ...words, name: "reading", until, actions: [{ label: "Stop", run: stop }] });
  const waiting = setTimeout(show, SOON);
  void until.then(() => clearTimeout(waiting));
  return found;
}
