// @ts-check
/** The tiles of the page of tracks: only rows near the window are in the document, and only their tracks are loaded. */

import { fill, h, oncePerFrame } from "../kit/dom.js";
import { emptyTile, mark, tile } from "./tracktile.js";

/** @typedef {import("../kit/wire.js").TrackLine} TrackLine */
/** @typedef {import("./tracktile.js").TileContext} TileContext */
/** @typedef {(start: number, stop: number) => Promise<TrackLine[]>} Loader */

/** Tracks of one request. */
export const PAGE = 100;
/** CSS pixels: least width of a tile, space between tiles, height of the facts below a crop. */
const [LEAST, GAP, FACTS] = [176, 12, 100];
/** Rows kept above and below the window. */
const BESIDE = 2;

/**
 * Columns, sizes and the tiles to draw.
 * @param {object} place in CSS pixels
 * @param {number} place.count tiles
 * @param {number} place.width of the grid
 * @param {number} place.top of the window, from the top of the grid; may be negative
 * @param {number} place.height of the window
 */
export function windowOf({ count, width, top, height }) {
  const columns = Math.max(1, Math.floor((width + GAP) / (LEAST + GAP)));
  const across = (width - GAP * (columns - 1)) / columns;
  const row = Math.round((across * 3) / 4) + FACTS + GAP;
  const rows = Math.ceil(count / columns);
  const first = Math.max(0, Math.min(rows, Math.floor(top / row) - BESIDE));
  const last = Math.max(first, Math.min(rows, Math.ceil((top + height) / row) + BESIDE));
  return { columns, row, total: rows * row, first, start: first * columns, stop: Math.min(count, last * columns) };
}

export class TrackGrid {
  /** @param {Loader} load @param {TileContext} context @param {Set<string>} selected ids @param {(error: unknown) => void} failed */
  constructor(load, context, selected, failed) {
    this.load = load;
    this.context = context;
    this.selected = selected;
    this.failed = failed;
    this.count = 0;
    /** @type {Map<number, TrackLine>} by place in the order */ this.lines = new Map();
    /** @type {Set<number>} pages asked for */ this.asked = new Set();
    /** @type {Map<string, {content: string, node: HTMLElement}>} */ this.nodes = new Map();
    this.generation = 0;
    this.inner = h("div.v-tgrid");
    this.place = h("div.v-tspace", null, this.inner);
    this.drawSoon = oncePerFrame(() => this.draw());
    addEventListener("scroll", this.drawSoon);
    addEventListener("resize", this.drawSoon);
  }

  /**
   * Show what a search found.
   * @param {number} count
   * @param {TrackLine[]} first the tracks of the first page
   * @param {boolean} [again] the same search as before: what is shown stays until its tracks are read again
   */
  show(count, first, again = false) {
    this.generation += 1;
    this.count = count;
    const before = again ? [...this.lines].filter(([at]) => at >= first.length && at < count) : [];
    this.lines = new Map([...first.entries(), ...before]);
    this.asked = new Set([0]);
    this.draw();
  }

  draw() {
    const width = this.place.clientWidth;
    const top = -this.place.getBoundingClientRect().top;
    const { columns, row, total, first, start, stop } = windowOf({
      count: this.count,
      width,
      top,
      height: innerHeight,
    });
    this.place.style.height = `${total}px`;
    this.inner.style.transform = `translateY(${first * row}px)`;
    this.inner.style.setProperty("grid-template-columns", `repeat(${columns}, minmax(0, 1fr))`);
    this.inner.style.setProperty("--trow", `${row - GAP}px`);
    const focused = /** @type {HTMLElement|null} */ (document.activeElement);
    fill(this.inner, ...this.nodesOf(start, stop));
    if (focused?.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
    this.request(start, stop);
  }

  /** @param {number} start @param {number} stop */
  nodesOf(start, stop) {
    const nodes = [];
    const kept = new Map();
    for (let at = start; at < stop; at++) {
      const line = this.lines.get(at);
      if (!line) {
        nodes.push(emptyTile());
        continue;
      }
      const found = this.node(line);
      kept.set(line.id, found);
      nodes.push(found.node);
    }
    this.nodes = kept;
    return nodes;
  }

  /** The node of a track: the one that is there, unless the track changed. @param {TrackLine} line */
  node(line) {
    const content = JSON.stringify([line, this.context.category(line.category)]);
    const known = this.nodes.get(line.id);
    const found = known?.content === content ? known : { content, node: tile(line, this.context) };
    mark(found.node, this.selected.has(line.id));
    return found;
  }

  /** Ask for the tracks of these places that are missing. @param {number} start @param {number} stop */
  async request(start, stop) {
    const mine = this.generation;
    for (let page = Math.floor(start / PAGE); page * PAGE < stop; page++) {
      if (this.asked.has(page)) continue;
      this.asked.add(page);
      try {
        const found = await this.load(page * PAGE, (page + 1) * PAGE);
        if (mine !== this.generation) return;
        found.forEach((line, index) => this.lines.set(page * PAGE + index, line));
        this.draw();
      } catch (error) {
        this.asked.delete(page);
        if (mine === this.generation) this.failed(error);
        return;
      }
    }
  }

  /** Show the selection on the tiles. @param {Set<string>} selected ids */
  markSelected(selected) {
    this.selected = selected;
    for (const [id, { node }] of this.nodes) mark(node, selected.has(id));
  }
}
