// @ts-check
/** Stand-ins: small pictures of frames all over the video, shown until the exact picture is loaded. */

import { countBefore, itself } from "../document/sorted.js";

/** Milliseconds before the next part is loaded: frames that are shown come first. */
const PAUSE = 200;

/**
 * Small pictures out of one answer: four bytes with the length of a header, the header as JSON, the pictures.
 * @param {ArrayBuffer} body
 * @returns {{parts: number, pictures: [number, Blob][]}} frame and JPEG of each
 */
export function unpack(body) {
  const length = new DataView(body).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, length)));
  let at = 4 + length;
  /** @type {[number, Blob][]} */
  const pictures = head.frames.map((/** @type {number} */ frame, /** @type {number} */ i) => {
    const blob = new Blob([new Uint8Array(body, at, head.sizes[i])], { type: "image/jpeg" });
    at += head.sizes[i];
    return [frame, blob];
  });
  return { parts: head.parts, pictures };
}

export class StandIns {
  /**
   * @param {object} parts
   * @param {(part: number, signal: AbortSignal) => Promise<ArrayBuffer>} parts.load
   * @param {(blob: Blob) => Promise<ImageBitmap>} [parts.decode]
   * @param {(milliseconds: number) => Promise<void>} [parts.wait]
   */
  constructor({ load, decode = (blob) => createImageBitmap(blob), wait = pause }) {
    this.load = load;
    this.decode = decode;
    this.wait = wait;
    /** @type {number[]} increasing */
    this.frames = [];
    /** @type {Map<number, Blob>} */
    this.blobs = new Map();
    /** whether no more parts will be loaded */
    this.complete = false;
    this.control = new AbortController();
  }

  /** Load all parts, one after another, from coarse to fine; ends at the first that fails. */
  async start() {
    await this.fetchAll();
    this.complete = true;
  }

  async fetchAll() {
    const { signal } = this.control;
    for (let part = 0, parts = 1; part < parts && !signal.aborted; part += 1) {
      try {
        const answer = unpack(await this.load(part, signal));
        parts = answer.parts;
        for (const [frame, blob] of answer.pictures) this.blobs.set(frame, blob);
      } catch {
        return; // without stand-ins the exact picture is waited for, which reports its own failure
      }
      this.frames = [...this.blobs.keys()].sort((a, b) => a - b);
      await this.wait(PAUSE);
    }
  }

  /** The stand-in nearest to a frame. @param {number} frame @returns {number|null} its frame */
  nearest(frame) {
    const { frames } = this;
    if (!frames.length) return null;
    const at = Math.min(countBefore(frames, frame, itself), frames.length - 1);
    const before = frames[Math.max(0, at - 1)];
    return Math.abs(before - frame) <= Math.abs(frames[at] - frame) ? before : frames[at];
  }

  /** Decoded stand-in; the caller closes it. @param {number} frame one of `nearest` */
  async picture(frame) {
    return this.decode(/** @type {Blob} */ (this.blobs.get(frame)));
  }

  close() {
    this.control.abort();
    this.blobs.clear();
    this.frames = [];
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
