// @ts-check
/** Pictures of frames: fetched once, decoded ahead of the way the eye travels, bounded in bytes. */

/** Bytes of decoded pictures kept (width x height x 4 each). */
const PICTURE_BYTES = 192 * 1024 * 1024;
/** Bytes of compressed pictures kept. */
const FILE_BYTES = 96 * 1024 * 1024;
/** Requests at once; the browser allows six per host and edits need one. */
const PARALLEL = 3;
const AHEAD = 10;
const BEHIND = 2;

/** Least recently used entries go first once the weight passes the limit. @template T */
export class ByteCache {
  /** @param {number} limit bytes @param {(value: T) => void} [dispose] */
  constructor(limit, dispose = () => {}) {
    this.limit = limit;
    this.dispose = dispose;
    this.bytes = 0;
    /** @type {Map<number, {value: T, bytes: number}>} */
    this.entries = new Map();
  }

  /** @param {number} key @returns {T|undefined} */
  get(key) {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** @param {number} key */
  has(key) {
    return this.entries.has(key);
  }

  /** The newest entry always stays, however large. @param {number} key @param {T} value @param {number} bytes */
  put(key, value, bytes) {
    this.remove(key);
    this.entries.set(key, { value, bytes });
    this.bytes += bytes;
    for (const [old] of this.entries) {
      if (this.bytes <= this.limit || old === key) break;
      this.remove(old);
    }
  }

  /** @param {number} key */
  remove(key) {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    this.bytes -= entry.bytes;
    this.dispose(entry.value);
  }

  clear() {
    for (const key of [...this.entries.keys()]) this.remove(key);
  }
}

/**
 * Frames worth having around one, nearest first.
 * @param {number} frame
 * @param {1|-1} direction of travel
 * @param {number} count frames of the video
 * @returns {number[]}
 */
export function around(frame, direction, count) {
  const out = [];
  for (let i = 1; i <= AHEAD; i += 1) {
    out.push(frame + direction * i);
    if (i <= BEHIND) out.push(frame - direction * i);
  }
  return out.filter((k) => k >= 0 && k < count);
}

export class FrameCache {
  /**
   * @param {object} parts
   * @param {number} parts.count
   * @param {(frame: number) => string} parts.address
   * @param {(url: string) => Promise<Blob>} [parts.load]
   * @param {(blob: Blob) => Promise<any>} [parts.decode] to something with width, height and close
   */
  constructor({ count, address, load = fetchBlob, decode = (blob) => createImageBitmap(blob) }) {
    this.count = count;
    this.address = address;
    this.load = load;
    this.decode = decode;
    /** @type {ByteCache<any>} */
    this.pictures = new ByteCache(PICTURE_BYTES, (picture) => picture.close?.());
    /** @type {ByteCache<Blob>} */
    this.files = new ByteCache(FILE_BYTES);
    /** @type {Map<number, Promise<any>>} */
    this.running = new Map();
    /** @type {number[]} */
    this.wanted = [];
    this.last = 0;
    /** @type {1|-1} */
    this.direction = 1;
    this.closed = false;
  }

  /** Decoded picture if it is here. @param {number} frame */
  peek(frame) {
    return this.pictures.get(frame);
  }

  /**
   * Picture of a frame; what lies ahead is fetched next.
   * @param {number} frame
   * @returns {Promise<any>} rejects when it cannot be had
   */
  async get(frame) {
    if (frame !== this.last) this.direction = frame > this.last ? 1 : -1;
    this.last = frame;
    this.wanted = around(frame, this.direction, this.count);
    const here = this.pictures.get(frame);
    if (here) {
      this.pump();
      return here;
    }
    const picture = await this.start(frame);
    this.pump();
    return picture;
  }

  /** @param {number} frame @returns {Promise<any>} */
  start(frame) {
    const running = this.running.get(frame);
    if (running) return running;
    const work = this.fetch(frame).finally(() => {
      this.running.delete(frame);
      this.pump();
    });
    this.running.set(frame, work);
    return work;
  }

  /** @param {number} frame */
  async fetch(frame) {
    let file = this.files.get(frame);
    if (!file) {
      file = await this.load(this.address(frame));
      this.files.put(frame, file, file.size);
    }
    const picture = await this.decode(file);
    if (this.closed) picture.close?.();
    else this.pictures.put(frame, picture, picture.width * picture.height * 4);
    return picture;
  }

  pump() {
    while (!this.closed && this.running.size < PARALLEL && this.wanted.length) {
      const next = /** @type {number} */ (this.wanted.shift());
      if (this.pictures.has(next) || this.running.has(next)) continue;
      // A picture fetched ahead that fails is asked for again, and reported, when it is shown.
      this.start(next).catch(() => {});
    }
  }

  close() {
    this.closed = true;
    this.wanted = [];
    this.pictures.clear();
    this.files.clear();
  }
}

/** @param {string} url @returns {Promise<Blob>} */
async function fetchBlob(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({}));
    throw new Error(body.error ?? `The picture could not be read (${answer.status}).`);
  }
  return answer.blob();
}
