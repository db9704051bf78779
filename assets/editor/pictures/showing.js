// @ts-check
/** Shows the wanted frame on the canvas: its exact picture together with its masks, and before that a stand-in. */

import { api, frameAddress, standInAddress } from "../api.js";
import { messageOf } from "../../kit/request.js";
import { openVideo } from "../state.js";
import { MasksAhead } from "./ahead.js";
import { FrameCache, widthFor } from "./framecache.js";
import { StandIns } from "./standins.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** Frames whose masks are loaded by one request. */
const CHUNK = 16;
/** Milliseconds after which a stand-in is shown; pictures from memory come sooner. */
const PATIENCE = 30;
/** Milliseconds for which the size must not change before pictures of another size are loaded. */
const REST = 120;

export class Showing {
  /** @param {Editor} app @param {import("../../kit/wire.js").Video} video */
  constructor(app, video) {
    this.app = app;
    this.frames = new FrameCache({
      count: video.count,
      address: (frame, width) => frameAddress(video, frame, width),
    });
    this.standIns = new StandIns({ load: (part, signal) => fetchPart(standInAddress(video, part), signal) });
    /** @type {Map<number, Promise<void>>} requests for masks under way, by their first frame */
    this.chunks = new Map();
    this.ahead = new MasksAhead(app.document);
    /** frame whose picture is on the canvas, also that of a stand-in */
    this.onCanvas = -1;
    this.closed = false;
    this.begun = false;
  }

  /** Show the picture and the masks of the wanted frame together. */
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
        if (this.holds(frame)) return; // a sharper picture of the same frame does not end a stroke
        app.oncancel();
      }
      app.layers.show(frame, picture);
      this.onCanvas = frame;
      app.view.set({ shown: frame, picture: "exact", late: -1 });
      if (app.session.now.problem) app.session.set({ problem: "" });
      this.after(frame);
    } catch (error) {
      if (this.current(frame) && !this.holds(frame))
        app.session.set({ problem: `Frame ${frame} could not be shown. ${messageOf(error)}` });
    } finally {
      clearTimeout(late ?? undefined);
    }
  }

  /** @param {number} frame */
  current(frame) {
    return !this.closed && this.app.layers && this.app.view.now.frame === frame;
  }

  /** Whether the canvas has the exact picture of a frame, in any size. @param {number} frame */
  holds(frame) {
    const { shown, picture } = this.app.view.now;
    return shown === frame && picture === "exact";
  }

  /** Load the masks of the next frames, and the stand-ins once. @param {number} frame */
  after(frame) {
    const { direction } = this.frames;
    this.ahead.follow(frame, direction);
    const next = frame + CHUNK * direction;
    if (next >= 0 && next < this.app.document.count) this.loadMasks(next).catch(() => {});
    this.loadGhost(frame);
    if (this.begun) return;
    this.begun = true;
    this.standIns.start();
  }

  /** The line of the frame before comes with another request where that of the shown frame begins with it. @param {number} frame */
  loadGhost(frame) {
    if (frame === 0 || frame % CHUNK) return;
    this.loadMasks(frame - 1).then(
      () => this.current(frame) && this.app.recompose(),
      () => {}, // it stays away while the server does
    );
  }

  /** The exact picture is late: show the nearest stand-in, if it is nearer than the picture on the canvas. @param {number} frame */
  async standIn(frame) {
    const { app } = this;
    if (!this.current(frame) || !app.layers || app.layers.drawing) return;
    app.view.set({ late: frame });
    const near = this.standIns.nearest(frame);
    if (near === null || Math.abs(near - frame) >= Math.abs(this.onCanvas - frame)) return;
    const picture = await this.standIns.picture(near).catch(() => null);
    if (!picture) return;
    if (this.current(frame) && app.layers && app.view.now.shown !== frame) {
      app.layers.showStandIn(picture);
      this.onCanvas = near;
      app.view.set({ shown: -1, picture: "standin" });
    }
    picture.close();
  }

  /**
   * The picture cannot be loaded: show the masks alone, and the reason.
   * @param {number} frame @param {Promise<void>} masks @param {unknown} error
   */
  async without(frame, masks, error) {
    await masks;
    if (!this.current(frame) || (error instanceof Error && error.name === "AbortError")) return null;
    const { app } = this;
    if (this.holds(frame) || !app.layers) return null; // only a sharper picture is missing
    if (app.layers.drawing) app.oncancel();
    app.layers.showBare(frame);
    this.onCanvas = -1;
    app.view.set({ shown: frame, picture: "none", late: -1 });
    app.session.set({ problem: `Frame ${frame} could not be shown. ${messageOf(error)}` });
    if (!openVideo(app.session).problem) app.refreshVideo();
    return null;
  }

  /** @returns {number|null} width of the pictures that the canvas can show now, null for full resolution */
  width() {
    const { scale, imageWidth } = this.app.viewport;
    return widthFor(imageWidth * scale * (globalThis.devicePixelRatio || 1), imageWidth);
  }

  /** The canvas or the zoom changed: load the shown frame again, once it rests, if its picture is too small now. */
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

  /** @param {number} start @param {number} stop exclusive @param {readonly string[]} [tracks] ids; all without them */
  async fetchMasks(start, stop, tracks = []) {
    const { document } = this.app;
    const { blobs } = await api.masks(openVideo(this.app.session).id, start, stop, tracks);
    for (const [hash, counts] of Object.entries(blobs)) document.masks.add(hash, counts);
    document.measure(start, stop);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.frames.close();
    this.standIns.close();
    this.ahead.close();
  }
}

/** @param {string} url @param {AbortSignal} signal @returns {Promise<ArrayBuffer>} */
async function fetchPart(url, signal) {
  const answer = await fetch(url, { signal, priority: "low" });
  if (!answer.ok) throw new Error(`No stand-ins (${answer.status}).`);
  return answer.arrayBuffer();
}
