// @ts-check
/** Makes the masks of the next frames ready to be drawn, in a worker, so that a step only has to paint them. */

import { beginWorker } from "../../kit/worker.js";

/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("../masks/drawable.js").Drawable} Drawable */

/** Frames ahead of the shown one whose masks are made ready, nearest first. */
const AHEAD = 3;
/** Frames that are passed over at most where the worker is slower than the steps. */
const MOST_LATE = 5;
/** Masks per request, so that the nearest frame is not behind a long one. */
const MASKS = 60;

const startWorker = () => beginWorker(new URL("../masks/drawablework.js", import.meta.url))?.port ?? null;

/** @type {MessagePort|null|undefined} of this page; undefined until it is needed */
let only;
const workerOfPage = () => (only === undefined ? (only = startWorker()) : only);
/** Number of the last question of this page: the answer to one of a video that was left is for nobody. */
let last = 0;

export class MasksAhead {
  /** @param {VideoDocument} document @param {() => MessagePort|null} [start] @param {() => number} [clock] milliseconds */
  constructor(document, start = workerOfPage, clock = () => performance.now()) {
    this.document = document;
    this.start = start;
    this.clock = clock;
    this.followed = -Infinity;
    /** milliseconds that the masks of a frame took last */
    this.took = 0;
    /** @type {number[]} frames to make ready, nearest first */
    this.wanted = [];
    /** @type {string[]|null} hashes that the worker has now */
    this.asked = null;
    this.closed = false;
  }

  /**
   * Make the frames after one ready, instead of those wanted before. Frames that will be shown before the worker is done
   * with them are passed over: the page would make them, too, and the worker would never be ahead of it.
   * @param {number} frame @param {1|-1} direction
   */
  follow(frame, direction) {
    const now = this.clock();
    const late = Math.min(MOST_LATE, Math.floor(this.took / Math.max(1, now - this.followed)));
    this.followed = now;
    this.wanted = Array.from({ length: AHEAD }, (_, i) => frame + direction * (i + 1 + late));
    this.pump();
  }

  pump() {
    const port = this.asked || this.closed ? null : this.start();
    while (port && this.wanted.length && !this.asked) {
      const raw = this.rawOn(this.wanted[0]);
      if (raw.length) this.ask(port, raw.slice(0, MASKS));
      else this.wanted.shift();
    }
  }

  /** Loaded masks of a frame that are not ready. @param {number} frame @returns {string[]} hashes */
  rawOn(frame) {
    const { masks, tracks } = this.document;
    const hashes = [...tracks.values()].map(({ deleted, rows }) => (deleted ? null : rows.get(frame)?.hash));
    return hashes.filter((hash) => typeof hash === "string").filter((hash) => masks.has(hash) && masks.isRaw(hash));
  }

  /** @param {MessagePort} port @param {string[]} hashes */
  ask(port, hashes) {
    const { height, masks, width } = this.document;
    const number = (last += 1);
    const began = this.clock();
    this.asked = hashes;
    port.onmessage = ({ data }) => {
      if (data.number !== number) return;
      this.took = this.clock() - began;
      this.answered(hashes, data.ready);
    };
    port.postMessage({ number, masks: hashes.map((hash) => masks.text(hash)), height, width });
  }

  /** @param {string[]} hashes @param {Drawable[]} ready */
  answered(hashes, ready) {
    this.asked = null;
    hashes.forEach((hash, i) => this.document.masks.take(hash, ready[i]));
    this.pump();
  }

  close() {
    this.closed = true;
    this.wanted = [];
  }
}
