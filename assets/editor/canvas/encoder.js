// @ts-check
/**
 * Encodes drawn masks in a worker, so that the end of a stroke does not hold up the page. What must be finished before
 * something else happens (an undo, the next stroke, leaving the page) is encoded at once by `flush`.
 */

import { beginWorker } from "../../kit/worker.js";
import { encoded } from "../masks/encoding.js";

/** @typedef {import("../masks/encoding.js").Drawn} Drawn */
/** @typedef {import("../masks/encoding.js").Encoded} Encoded */

const startWorker = () => beginWorker(new URL("../masks/encodework.js", import.meta.url))?.port ?? null;

export class Encoder {
  /** @param {() => MessagePort|null} [start] begins a worker; without one everything is encoded at once */
  constructor(start = startWorker) {
    this.start = start;
    /** @type {MessagePort|null|undefined} undefined until the first stroke */
    this.port = undefined;
    /** @type {{number: number, drawn: Drawn, use: (done: Encoded) => void}|null} the one that is being encoded */
    this.job = null;
    this.count = 0;
  }

  /** Masks that are being encoded. */
  get pending() {
    return this.job ? 1 : 0;
  }

  /** Start the worker ahead of the first stroke. */
  warm() {
    if (this.port !== undefined) return;
    this.port = this.start();
    if (this.port) this.port.onmessage = ({ data }) => this.answered(data.number, data.done);
  }

  /** @param {Drawn} drawn @param {(done: Encoded) => void} use gets the result, in the order of the calls */
  encode(drawn, use) {
    this.flush();
    this.warm();
    if (!this.port) {
      use(encoded(drawn));
      return;
    }
    this.count += 1;
    this.job = { number: this.count, drawn, use };
    this.port.postMessage({ number: this.count, drawn });
  }

  /** @param {number} number @param {Encoded} done */
  answered(number, done) {
    const { job } = this;
    if (job?.number !== number) return;
    this.job = null;
    job.use(done);
  }

  /** Encode here what the worker has not answered yet. */
  flush() {
    const { job } = this;
    if (!job) return;
    this.job = null;
    job.use(encoded(job.drawn));
  }
}
