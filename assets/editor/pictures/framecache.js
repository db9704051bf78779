// @ts-check
/**
 * Pictures of frames at the size they are shown in: loaded once, decoded ahead in the direction of travel, bounded in
 * bytes. Requests for frames far from the shown one are aborted, so that the server does not decode them.
 */

/** Bytes of decoded pictures kept (width x height x 4 each). */
const PICTURE_BYTES = 192 * 1024 * 1024;
/** Bytes of compressed pictures kept. */
const FILE_BYTES = 96 * 1024 * 1024;
/** Requests at once: the browser allows six per host, and edits need one. */
const PARALLEL = 3;
/** Frames that are loaded ahead, and behind. */
const AHEAD = 16;
const BEHIND = 2;
/** Widths of pictures, pixels: few, so that a cached picture serves after a change of the window's size. */
const WIDTHS = [320, 480, 640, 960, 1280, 1920, 2560, 3840];

/** A cache bounded in bytes: the least recently used entries go first. @template T */
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

  /** The value, without marking it as used. @param {number} key @returns {T|undefined} */
  look(key) {
    return this.entries.get(key)?.value;
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

/**
 * Width of the pictures to load.
 * @param {number} across pixels of the screen that a whole picture takes from side to side
 * @param {number} full width of the video, pixels
 * @returns {number|null} null: full resolution
 */
export function widthFor(across, full) {
  const fit = WIDTHS.find((width) => width >= across - 0.5) ?? full;
  return fit < full ? fit : null;
}

/**
 * @typedef {object} Fetching
 * @property {Promise<ImageBitmap>} work
 * @property {AbortController} control
 * @property {number|null} width
 */

export class FrameCache {
  /**
   * @param {object} parts
   * @param {number} parts.count
   * @param {(frame: number, width: number|null) => string} parts.address
   * @param {(url: string, signal: AbortSignal, ahead: boolean) => Promise<Blob>} [parts.load]
   * @param {(blob: Blob) => Promise<ImageBitmap>} [parts.decode]
   */
  constructor({ count, address, load = fetchBlob, decode = (blob) => createImageBitmap(blob) }) {
    this.count = count;
    this.address = address;
    this.load = load;
    this.decode = decode;
    /** @type {ByteCache<{picture: ImageBitmap, width: number|null, close: () => void}>} */
    this.pictures = new ByteCache(PICTURE_BYTES, (entry) => entry.close());
    /** @type {ByteCache<{file: Blob, width: number|null}>} */
    this.files = new ByteCache(FILE_BYTES);
    /** @type {Map<number, Fetching>} */
    this.running = new Map();
    /** @type {number[]} */
    this.wanted = [];
    this.last = 0;
    /** @type {1|-1} */
    this.direction = 1;
    /** @type {number|null} pixels across, null for full resolution */
    this.width = null;
    this.closed = false;
  }

  /** Whether a cached picture is large enough now. @param {{width: number|null}|undefined} found */
  serves(found) {
    return found !== undefined && enough(found.width, this.width);
  }

  /** The decoded picture, if it is cached in the wanted size. @param {number} frame */
  peek(frame) {
    const found = this.pictures.get(frame);
    return this.serves(found) ? found?.picture : undefined;
  }

  /**
   * The picture of a frame; the frames ahead are loaded next, requests for frames far away are aborted.
   * @param {number} frame
   * @returns {Promise<ImageBitmap>} rejects when it cannot be loaded, or when another frame is wanted before that
   */
  async get(frame) {
    if (frame !== this.last) this.direction = frame > this.last ? 1 : -1;
    this.last = frame;
    this.wanted = around(frame, this.direction, this.count);
    this.abortFar();
    const here = this.peek(frame);
    if (here) {
      this.pump();
      return here;
    }
    const work = this.start(frame, false);
    this.pump();
    return work;
  }

  /** Abort the requests for frames that are not near any more. */
  abortFar() {
    const near = new Set([this.last, ...this.wanted]);
    for (const [frame, { control }] of this.running) if (!near.has(frame)) control.abort();
  }

  /** @param {number} frame @param {boolean} ahead whether it is not shown yet @returns {Promise<ImageBitmap>} */
  start(frame, ahead) {
    const running = this.running.get(frame);
    if (running && enough(running.width, this.width) && !running.control.signal.aborted) return running.work;
    const control = new AbortController();
    const { width } = this;
    const work = this.fetch(frame, width, ahead, control.signal)
      .catch((error) => {
        // Where one picture fails its neighbours probably fail too; they are loaded when they are shown.
        if (!control.signal.aborted) this.wanted = [];
        throw error;
      })
      .finally(() => {
        if (this.running.get(frame)?.control === control) this.running.delete(frame);
        this.pump();
      });
    this.running.set(frame, { work, control, width });
    return work;
  }

  /** @param {number} frame @param {number|null} width @param {boolean} ahead @param {AbortSignal} signal */
  async fetch(frame, width, ahead, signal) {
    const kept = this.files.get(frame);
    let file = kept && enough(kept.width, width) ? kept.file : undefined;
    if (!file) {
      file = await this.load(this.address(frame, width), signal, ahead);
      this.files.put(frame, { file, width }, file.size);
    }
    const picture = await this.decode(file);
    const close = () => picture.close?.();
    if (this.closed) close();
    else this.pictures.put(frame, { picture, width, close }, picture.width * picture.height * 4);
    return picture;
  }

  /** Drop the pictures from a frame on: the frames may have other numbers now. @param {number} from */
  forget(from) {
    for (const cache of [this.pictures, this.files]) {
      for (const frame of [...cache.entries.keys()]) if (frame >= from) cache.remove(frame);
    }
  }

  pump() {
    while (!this.closed && this.running.size < PARALLEL && this.wanted.length) {
      const next = /** @type {number} */ (this.wanted.shift());
      if (this.serves(this.pictures.look(next)) || this.running.has(next)) continue;
      // A picture that fails ahead is loaded again, and its failure reported, when it is shown.
      this.start(next, true).catch(() => {});
    }
  }

  close() {
    this.closed = true;
    this.wanted = [];
    for (const { control } of this.running.values()) control.abort();
    this.pictures.clear();
    this.files.clear();
  }
}

/** @param {number|null} width of a picture @param {number|null} wanted */
const enough = (width, wanted) => width === null || (wanted !== null && width >= wanted);

/** @param {string} url @param {AbortSignal} signal @param {boolean} ahead @returns {Promise<Blob>} */
async function fetchBlob(url, signal, ahead) {
  const headers = new Headers(ahead ? { "X-Ahead": "1" } : {});
  const answer = await fetch(url, { signal, headers, priority: ahead ? "low" : "high" });
  if (!answer.ok) {
    const body = await answer.json().catch(() => ({}));
    throw new Error(body.error ?? `The picture could not be read (${answer.status}).`);
  }
  return answer.blob();
}
