// @ts-check
/**
 * The page's side of the magnetic lasso's worker: it gets the shown picture once, then anchors and the pointer. One
 * question about the pointer is under way at a time, and the newest one waits.
 */

import { beginWorker } from "../../kit/worker.js";

/** @typedef {import("../masks/contour.js").Place} Place */
/** @typedef {import("./layers.js").Layers} Layers */

/** @returns {MessagePort} */
function startWorker() {
  const begun = beginWorker(new URL("../masks/wirework.js", import.meta.url));
  if (!begun) throw new Error("This browser has no workers.");
  return begun.port;
}

export class WireFinder {
  /** @param {() => MessagePort} [start] */
  constructor(start = startWorker) {
    this.start = start;
    /** @type {MessagePort|null} */
    this.port = null;
    /** @type {{layers: Layers, pictures: number}|null} the picture that the worker has */
    this.has = null;
    /** @type {Map<number, (answer: any) => void>} */
    this.waiting = new Map();
    this.count = 0;
    this.busy = false;
    /** @type {(() => void)|null} */
    this.next = null;
  }

  /** Give the worker the shown picture, unless it has it. @param {Layers} layers */
  look(layers) {
    if (!this.port) {
      this.port = this.start();
      this.port.onmessage = ({ data }) => {
        this.waiting.get(data.number)?.(data);
        this.waiting.delete(data.number);
      };
    }
    if (this.has?.layers === layers && this.has.pictures === layers.pictures) return;
    this.has = { layers, pictures: layers.pictures };
    const { height, width } = layers.document;
    const { buffer } = layers.pixels();
    this.port.postMessage({ pixels: buffer, height, width }, [buffer]);
  }

  /** @param {object} question @returns {Promise<any>} */
  ask(question) {
    this.count += 1;
    const number = this.count;
    return new Promise((answer) => {
      this.waiting.set(number, answer);
      this.port?.postMessage({ ...question, number });
    });
  }

  /** The strongest edge near a place. @param {Place} place @param {number} radius picture pixels @returns {Promise<[number, number]>} a pixel */
  async near([x, y], radius) {
    return (await this.ask({ near: [Math.floor(x), Math.floor(y)], radius: Math.round(radius) })).place;
  }

  /** Search from this place from now on. @param {Place} place */
  begin([x, y]) {
    this.port?.postMessage({ start: [Math.floor(x), Math.floor(y)] });
  }

  /** The path from the anchor to a place. @param {Place} place @returns {Promise<[number, number][]|null>} pixels; null if too far away */
  async path([x, y]) {
    return (await this.ask({ to: [Math.floor(x), Math.floor(y)] })).path;
  }

  /** As `path`, but only the newest of the places that are asked for meanwhile is answered. @param {Place} place @param {(path: [number, number][]|null) => void} use */
  follow(place, use) {
    const ask = async () => {
      this.busy = true;
      use(await this.path(place));
      this.busy = false;
      const { next } = this;
      this.next = null;
      next?.();
    };
    if (this.busy) this.next = ask;
    else ask();
  }
}
