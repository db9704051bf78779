// @ts-check
/** Brings the wanted frame onto the canvas: its exact picture and its masks together, a stand-in before them. */

import { api, frameAddress, proxyAddress } from "../api.js";
import { FrameCache, widthFor } from "./framecache.js";
import { Proxies } from "./standins.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Frames whose masks are asked for at once. */
const CHUNK = 16;
/** Milliseconds after which a stand-in is shown: pictures from memory come sooner. */
const PATIENCE = 30;
/** Milliseconds for which the size must rest before pictures of another size are asked for. */
const REST = 120;

export class Showing {
  /** @param {Editor} app @param {any} video */
  constructor(app, video) {
    this.app = app;
    this.frames = new FrameCache({
      count: video.count,
      address: (frame, width) => frameAddress(video, frame, width),
    });
    this.proxies = new Proxies({ load: (part, signal) => fetchPart(proxyAddress(video, part), signal) });
    /** @type {Map<number, Promise<void>>} requests for masks that are out, by their first frame */
    this.chunks = new Map();
    /** frame whose picture is on the canvas, also when it only stands in */
    this.onCanvas = -1;
    this.closed = false;
    this.begun = false;
  }

  /** Bring picture and masks of the wanted frame onto the canvas, together. */
  async show() {
    const { app, frames } = this;
    if (!app.layers) return;
    const frame = app.view.now.frame;
    frames.width = this.width();
    const late = frames.peek(frame) ? null : setTimeout(() => this.standIn(frame), PATIENCE);
    try {
      const masks = this.loadMasks(frame);
      const picture = await frames.get(frame).catch((error) => this.without(frame, masks, error));
      await masks;
      if (!this.current(frame) || !picture) return;
      if (app.layers.drawing) {
        if (this.holds(frame)) return; // a sharper picture of the same frame is not worth a stroke
        app.oncancel();
      }
      app.layers.show(frame, picture);
      this.onCanvas = frame;
      app.view.set({ shown: frame, picture: "exact", late: -1 });
      if (app.session.now.problem) app.session.set({ problem: "" });
      this.after(frame);
    } catch (/** @type {any} */ error) {
      if (this.current(frame) && !this.holds(frame))
        app.session.set({ problem: `Frame ${frame} could not be shown. ${error.message}` });
    } finally {
      clearTimeout(late ?? undefined);
    }
  }

  /** @param {number} frame */
  current(frame) {
    return !this.closed && this.app.layers && this.app.view.now.frame === frame;
  }

  /** Whether the canvas has the exact picture of a frame, in whatever size. @param {number} frame */
  holds(frame) {
    const { shown, picture } = this.app.view.now;
    return shown === frame && picture === "exact";
  }

  /** What is fetched once a frame is shown: masks of the next ones, and stand-ins. @param {number} frame */
  after(frame) {
    const next = frame + CHUNK * this.frames.direction;
    if (next >= 0 && next < this.app.document.count) this.loadMasks(next).catch(() => {});
    if (this.begun) return;
    this.begun = true;
    this.proxies.start();
  }

  /** The exact picture is not there yet: show the nearest small one, if that is nearer than what is shown. @param {number} frame */
  async standIn(frame) {
    const { app } = this;
    if (!this.current(frame) || app.layers.drawing) return;
    app.view.set({ late: frame });
    const near = this.proxies.nearest(frame);
    if (near === null || Math.abs(near - frame) >= Math.abs(this.onCanvas - frame)) return;
    const picture = await this.proxies.picture(near).catch(() => null);
    if (!picture) return;
    if (this.current(frame) && app.view.now.shown !== frame) {
      app.layers.showStandIn(picture);
      this.onCanvas = near;
      app.view.set({ shown: -1, picture: "proxy" });
    }
    picture.close();
  }

  /**
   * A picture cannot be had: its masks are shown alone, and why is said.
   * @param {number} frame @param {Promise<void>} masks @param {any} error
   */
  async without(frame, masks, error) {
    await masks;
    if (!this.current(frame) || error.name === "AbortError") return null;
    const { app } = this;
    if (this.holds(frame)) return null; // only a sharper one is missing
    if (app.layers.drawing) app.oncancel();
    app.layers.showBare(frame);
    this.onCanvas = -1;
    app.view.set({ shown: frame, picture: "none", late: -1 });
    app.session.set({ problem: `Frame ${frame} could not be shown. ${error.message}` });
    if (!app.session.now.video.problem) app.refreshVideo();
    return null;
  }

  /** @returns {number|null} width of the pictures that the canvas can show now, null for full resolution */
  width() {
    const { scale, imageWidth } = this.app.viewport;
    return widthFor(imageWidth * scale * (globalThis.devicePixelRatio || 1), imageWidth);
  }

  /** The canvas or the zoom changed: once that rests, the shown frame is fetched again if it is too small now. */
  resized() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { frame } = this.app.view.now;
      if (this.closed || !this.holds(frame) || this.app.layers?.drawing) return;
      this.frames.width = this.width();
      if (!this.frames.peek(frame)) this.show();
    }, REST);
  }

  /** @param {number} frame @returns {Promise<void>} */
  async loadMasks(frame) {
    const { document } = this.app;
    await this.app.rows?.ensure(frame);
    const start = Math.floor(frame / CHUNK) * CHUNK;
    const stop = Math.min(document.count, start + CHUNK);
    const running = this.chunks.get(start);
    if (running) return running;
    let complete = true;
    for (let k = start; k < stop && complete; k += 1) complete = document.hasMasks(k);
    if (complete) return undefined;
    const work = this.fetchMasks(start, stop).finally(() => this.chunks.delete(start));
    this.chunks.set(start, work);
    return work;
  }

  /** @param {number} start @param {number} stop exclusive */
  async fetchMasks(start, stop) {
    const { document } = this.app;
    const { blobs } = await api.masks(this.app.session.now.video.id, start, stop);
    for (const [hash, counts] of Object.entries(blobs)) document.masks.add(hash, /** @type {string} */ (counts));
    document.measure(start, stop);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.frames.close();
    this.proxies.close();
  }
}

/** @param {string} url @param {AbortSignal} signal @returns {Promise<ArrayBuffer>} */
async function fetchPart(url, signal) {
  const answer = await fetch(url, /** @type {any} */ ({ signal, priority: "low" }));
  if (!answer.ok) throw new Error(`No stand-ins (${answer.status}).`);
  return answer.arrayBuffer();
}
