// @ts-check
/**
 * Masks by their hash: compressed strings as the server sent them. What drawing needs is made on first use, unless a
 * worker has made it before.
 */

import { outlineOf, pathOf } from "./outline.js";
import { area, bounds, parse } from "./rle.js";
import { rowSpans } from "./spans.js";

/** @typedef {import("./drawable.js").Drawable} Drawable */
/**
 * What was made of a mask.
 * @typedef {{runs: Uint32Array, pathBytes?: number} & Partial<Drawable> & {path?: Path2D}} Entry `pathBytes`: estimated
 */

/** Bytes of what was made of masks: some hundred frames of fifty tracks, so that going back and forth makes nothing anew. */
const MADE = 64 * 1024 * 1024;
/** A path has as many bytes as the corners that it is made of, times this. */
const PATH = 3;
/** Characters of compressed masks kept; others are loaded again with their frame. */
const KEPT = 48 * 1024 * 1024;

export class MaskStore {
  constructor() {
    /** @type {Map<string, string>} least recently used first */
    this.counts = new Map();
    this.size = 0;
    /** @type {Map<string, string>} masks that only this page has; they always stay */
    this.own = new Map();
    /** @type {Map<string, Entry>} least recently used first */
    this.decoded = new Map();
    /** bytes of `decoded` */
    this.made = 0;
    this.locals = 0;
  }

  /** @param {string} hash @param {string} counts */
  add(hash, counts) {
    this.size += counts.length - (this.counts.get(hash)?.length ?? 0);
    this.counts.delete(hash);
    this.counts.set(hash, counts);
    for (const [old, text] of this.counts) {
      if (this.size <= KEPT || old === hash) break;
      this.counts.delete(old);
      this.size -= text.length;
    }
  }

  /** Keep a mask that the server has not named yet. @param {string} counts @returns {string} a name for this page only */
  addLocal(counts) {
    this.locals += 1;
    const name = `local:${this.locals}`;
    this.own.set(name, counts);
    return name;
  }

  /** The same mask under the name that the server gave it. @param {string} local @param {string} hash */
  rename(local, hash) {
    const counts = this.own.get(local);
    if (counts !== undefined && !this.counts.has(hash)) this.add(hash, counts);
    const made = this.decoded.get(local);
    if (made && !this.decoded.has(hash)) this.remember(hash, { ...made });
  }

  /** @param {string} hash */
  has(hash) {
    return this.counts.has(hash) || this.own.has(hash);
  }

  /** @param {string} hash @returns {string|undefined} compressed COCO string */
  text(hash) {
    const counts = this.counts.get(hash);
    if (counts === undefined) return this.own.get(hash);
    this.counts.delete(hash);
    this.counts.set(hash, counts);
    return counts;
  }

  /** @param {string} hash @returns {Uint32Array|undefined} */
  runs(hash) {
    return this.entry(hash)?.runs;
  }

  /** @param {string} hash @returns {number} pixels, 0 when unknown */
  area(hash) {
    const runs = this.runs(hash);
    return runs ? area(runs) : 0;
  }

  /** @param {string} hash @param {number} height @returns {[number, number, number, number]|null} */
  box(hash, height) {
    const entry = this.entry(hash);
    if (!entry) return null;
    if (entry.box === undefined) entry.box = bounds(entry.runs, height);
    return entry.box;
  }

  /** See `rowSpans`. @param {string} hash @param {number} height @param {number} width @returns {Int32Array|null} */
  spans(hash, height, width) {
    const entry = this.entry(hash);
    if (!entry) return null;
    if (!entry.spans) this.grow(entry, { spans: rowSpans(entry.runs, height, width) });
    return entry.spans ?? null;
  }

  /** The outline. @param {string} hash @param {number} height @param {number} width @returns {Path2D|null} */
  path(hash, height, width) {
    const entry = this.entry(hash);
    if (!entry) return null;
    if (entry.path) return entry.path;
    const outline = entry.outline ?? outlineOf(entry.runs, height, width);
    const path = pathOf(outline);
    // The path has the outline.
    this.grow(entry, { path, outline: undefined, pathBytes: PATH * outline.corners.byteLength });
    return path;
  }

  /** Whether a mask has not been made ready to be drawn. @param {string} hash */
  isRaw(hash) {
    const entry = this.decoded.get(hash);
    return !entry?.spans || !(entry.path ?? entry.outline);
  }

  /** Keep what a worker made of a mask. @param {string} hash @param {Drawable} drawable */
  take(hash, drawable) {
    if (this.isRaw(hash)) this.remember(hash, { ...drawable });
  }

  /** Put an entry last; the least recently used ones go where it is too much. @param {string} hash @param {Entry} entry */
  remember(hash, entry) {
    this.forget(hash);
    this.decoded.set(hash, entry);
    this.made += bytesOf(entry);
    for (const old of this.decoded.keys()) {
      if (this.made <= MADE || old === hash) break;
      this.forget(old);
    }
  }

  /** @param {string} hash */
  forget(hash) {
    const entry = this.decoded.get(hash);
    if (!entry) return;
    this.decoded.delete(hash);
    this.made -= bytesOf(entry);
  }

  /** More was made of a mask. @param {Entry} entry @param {Partial<Entry>} more */
  grow(entry, more) {
    this.made -= bytesOf(entry);
    Object.assign(entry, more);
    this.made += bytesOf(entry);
  }

  /** @param {string} hash @returns {Entry|undefined} */
  entry(hash) {
    const kept = this.decoded.get(hash);
    if (kept) {
      this.decoded.delete(hash);
      this.decoded.set(hash, kept);
      return kept;
    }
    const counts = this.text(hash);
    if (counts === undefined) return undefined;
    const made = { runs: parse(counts) };
    this.remember(hash, made);
    return made;
  }
}

/** @param {Entry} entry */
function bytesOf({ runs, spans, outline, pathBytes = 0 }) {
  return runs.byteLength + (spans?.byteLength ?? 0) + (outline?.corners.byteLength ?? 0) + pathBytes;
}
