// @ts-check
/**
 * Rows of all tracks by stretches of the video: those around the shown frame first, the rest behind one's back.
 * A long video has hundreds of thousands of rows; nobody waits for all of them to see a frame.
 */

/** Frames whose rows are asked for at once; a video that is no longer comes in one piece. */
export const STRETCH = 2000;
/** Milliseconds between two stretches in the background, and before trying again when the server is silent. */
const PAUSE = 20;
const LATER = 4000;

export class RowLoader {
  /**
   * @param {object} parts
   * @param {() => number} parts.count frames of the video now
   * @param {() => number} parts.frame the shown frame
   * @param {(start: number, stop: number) => Promise<any>} parts.load answer of the server for frames start to stop - 1
   * @param {(answer: any, start: number, stop: number) => void} parts.take
   * @param {(milliseconds: number) => Promise<void>} [parts.wait]
   */
  constructor({ count, frame, load, take, wait = pause }) {
    this.count = count;
    this.frame = frame;
    this.load = load;
    this.take = take;
    this.wait = wait;
    /** @type {Set<number>} numbers of the stretches that are here */
    this.done = new Set();
    /** @type {Set<number>} stretches of which there is news: here, but to be asked for again */
    this.old = new Set();
    /** @type {Map<number, Promise<void>>} */
    this.running = new Map();
    /** counts up with every new beginning, so that answers to an earlier one do not count */
    this.round = 0;
    this.filling = false;
    this.closed = false;
  }

  get stretches() {
    return Math.max(1, Math.ceil(this.count() / STRETCH));
  }

  /** How much is here, 0 to 1. */
  get share() {
    return Math.min(1, this.done.size / this.stretches);
  }

  get whole() {
    return this.done.size >= this.stretches;
  }

  /** Whether all rows from one frame to another are here. @param {number} first @param {number} last */
  covers(first, last) {
    for (let at = Math.floor(first / STRETCH); at <= Math.floor(last / STRETCH); at += 1) {
      if (at < this.stretches && !this.done.has(at)) return false;
    }
    return true;
  }

  /** A stretch came by another way. @param {number} start its first frame */
  took(start) {
    if (start < this.count()) this.done.add(start / STRETCH);
  }

  /** The stretch with a frame, now. @param {number} frame @returns {Promise<void>} rejects when the server is silent */
  async ensure(frame) {
    const at = Math.min(this.stretches - 1, Math.floor(frame / STRETCH));
    if (!this.done.has(at)) await this.fetch(at);
  }

  /** @param {number} at @returns {Promise<void>} */
  fetch(at) {
    const running = this.running.get(at);
    if (running) return running;
    const { round } = this;
    const [start, stop] = [at * STRETCH, (at + 1) * STRETCH];
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

  /** Fetch all that is missing, the nearest to the shown frame first. */
  async fill() {
    if (this.filling) return;
    this.filling = true;
    while (!this.closed && (!this.whole || this.old.size)) {
      const here = Math.floor(this.frame() / STRETCH);
      let best = -1;
      for (let at = 0; at < this.stretches; at += 1) {
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

  /** Everything anew; what is here stays, and counts, until its stretch comes again. @returns {Promise<void>} */
  async again() {
    this.round += 1;
    this.running.clear();
    this.old = new Set(this.done);
    try {
      await this.fetch(Math.min(this.stretches - 1, Math.floor(this.frame() / STRETCH)));
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
