// @ts-check
/**
 * Loads the rows of all tracks in chunks of frames: the chunk of the shown frame first, the others in the background.
 * A long video has hundreds of thousands of rows, and no frame waits for all of them.
 */

/** Frames of one request; a video that is not longer is loaded at once. */
export const CHUNK = 2000;
/** Milliseconds between two chunks in the background. */
const PAUSE = 20;
/** Milliseconds before the next try when the server does not answer. */
const LATER = 4000;

/** @typedef {import("../../kit/wire.js").SentTracks} SentTracks */

export class RowLoader {
  /**
   * @param {object} parts
   * @param {() => number} parts.count frames of the video now
   * @param {() => number} parts.frame the shown frame
   * @param {(start: number, stop: number) => Promise<SentTracks>} parts.load answer of the server for frames start to stop - 1
   * @param {(answer: SentTracks, start: number, stop: number) => void} parts.take
   * @param {(milliseconds: number) => Promise<void>} [parts.wait]
   */
  constructor({ count, frame, load, take, wait = pause }) {
    this.count = count;
    this.frame = frame;
    this.load = load;
    this.take = take;
    this.wait = wait;
    /** @type {Set<number>} numbers of the loaded chunks */
    this.done = new Set();
    /** @type {Set<number>} loaded chunks that have to be loaded again */
    this.old = new Set();
    /** @type {Map<number, Promise<void>>} */
    this.running = new Map();
    /** counts up with every reload, so that answers of an earlier one are dropped */
    this.round = 0;
    this.filling = false;
    this.closed = false;
  }

  get chunks() {
    return Math.max(1, Math.ceil(this.count() / CHUNK));
  }

  /** Share of the chunks that are loaded, 0 to 1. */
  get share() {
    return Math.min(1, this.done.size / this.chunks);
  }

  get whole() {
    return this.done.size >= this.chunks;
  }

  /** Whether all rows from one frame to another are loaded. @param {number} first @param {number} last */
  covers(first, last) {
    for (let at = Math.floor(first / CHUNK); at <= Math.floor(last / CHUNK); at += 1) {
      if (at < this.chunks && !this.done.has(at)) return false;
    }
    return true;
  }

  /** A chunk was loaded in another way. @param {number} start its first frame */
  took(start) {
    if (start < this.count()) this.done.add(start / CHUNK);
  }

  /** Load the chunk of a frame, unless it is loaded. @param {number} frame @returns {Promise<void>} rejects when the server does not answer */
  async ensure(frame) {
    const at = Math.min(this.chunks - 1, Math.floor(frame / CHUNK));
    if (!this.done.has(at)) await this.fetch(at);
  }

  /** Load all rows from one frame to another. @param {number} first @param {number} last @returns {Promise<void>} rejects when the server does not answer */
  async cover(first, last) {
    for (let at = Math.floor(first / CHUNK); at <= Math.floor(last / CHUNK); at += 1) await this.ensure(at * CHUNK);
  }

  /** @param {number} at @returns {Promise<void>} */
  fetch(at) {
    const running = this.running.get(at);
    if (running) return running;
    const { round } = this;
    const [start, stop] = [at * CHUNK, (at + 1) * CHUNK];
    const work = this.load(start, stop)
      .then((answer) => {
        if (this.closed || this.round !== round) return;
        this.take(answer, start, stop);
        this.done.add(at);
        this.old.delete(at);
      })
      .finally(() => {
        if (this.running.get(at) === work) this.running.delete(at);
      });
    this.running.set(at, work);
    return work;
  }

  /** Load all missing chunks, the nearest to the shown frame first. */
  async fill() {
    if (this.filling) return;
    this.filling = true;
    while (!this.closed && (!this.whole || this.old.size)) {
      const here = Math.floor(this.frame() / CHUNK);
      let best = -1;
      for (let at = 0; at < this.chunks; at += 1) {
        if ((!this.done.has(at) || this.old.has(at)) && (best < 0 || Math.abs(at - here) < Math.abs(best - here)))
          best = at;
      }
      const came = await this.fetch(best).then(
        () => true,
        () => false,
      );
      await this.wait(came ? PAUSE : LATER);
    }
    this.filling = false;
  }

  /** Load all chunks again; the rows of the old ones stay until then. @returns {Promise<void>} */
  async again() {
    this.round += 1;
    this.running.clear();
    this.old = new Set(this.done);
    try {
      await this.fetch(Math.min(this.chunks - 1, Math.floor(this.frame() / CHUNK)));
    } finally {
      this.fill();
    }
  }

  close() {
    this.closed = true;
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
