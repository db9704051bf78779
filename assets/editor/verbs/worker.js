// @ts-check
/** Asks a worker for what verbs compute from pixels. */

import { beginWorker } from "../../kit/worker.js";

/** @typedef {import("./computing.js").AskBetween} AskBetween */
/** @typedef {import("./computing.js").AskCut} AskCut */
/** @typedef {import("./computing.js").Between} Between */
/** @typedef {import("./computing.js").Cut} Cut */

const STOPPED = "The computation stopped; try again.";

export class VerbWorker {
  /** @param {() => {worker: {terminate: () => void, onerror: unknown}, port: MessagePort}} start */
  constructor(start = startWorker) {
    this.start = start;
    this.number = 0;
    /** @type {Map<number, {asked: AskBetween|AskCut, done: (found: never) => void, failed: (error: Error) => void}>} questions by their numbers */
    this.asked = new Map();
    /** @type {{worker: {terminate: () => void, onerror: unknown}, port: MessagePort}|null} */
    this.running = null;
  }

  /**
   * @template {AskBetween|AskCut} T
   * @param {T} asked @param {AbortSignal} [stopped] ends this question alone
   * @returns {Promise<T extends AskBetween ? Between : Cut>} rejects when the worker fails, or was stopped
   */
  async ask(asked, stopped) {
    if (stopped?.aborted) throw new Error(STOPPED);
    const { port } = this.ready();
    const number = (this.number += 1);
    stopped?.addEventListener("abort", () => this.stop(number));
    return new Promise((done, failed) => {
      this.asked.set(number, { asked, done, failed });
      port.postMessage({ number, asked });
    });
  }

  /** @param {number} number of a question; one that was answered is over already */
  stop(number) {
    const stopped = this.asked.get(number);
    if (!stopped) return;
    this.asked.delete(number);
    stopped.failed(new Error(STOPPED));
    // Only the end of the worker ends what it computes, so another one gets the other questions.
    this.end();
    for (const [other, { asked }] of this.asked) this.ready().port.postMessage({ number: other, asked });
  }

  ready() {
    if (this.running) return this.running;
    const running = this.start();
    running.port.onmessage = ({ data: { number, found } }) => {
      this.asked.get(number)?.done(/** @type {never} */ (found));
      this.asked.delete(number);
    };
    running.worker.onerror = () => this.fail();
    this.running = running;
    return running;
  }

  /** The worker ended: its questions stay without an answer, and the next one starts another. */
  fail() {
    this.end();
    for (const { failed } of this.asked.values()) failed(new Error(STOPPED));
    this.asked.clear();
  }

  end() {
    this.running?.worker.terminate();
    this.running = null;
  }
}

/** @returns {{worker: Worker, port: MessagePort}} */
function startWorker() {
  const begun = beginWorker(new URL("./work.js", import.meta.url));
  if (!begun) throw new Error("This browser has no workers.");
  return begun;
}

/** @type {VerbWorker|null} */
let only = null;

/** The worker of this page. */
export const verbWorker = () => (only ??= new VerbWorker());
