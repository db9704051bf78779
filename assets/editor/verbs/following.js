// @ts-check
/**
 * Follows a cut through the masks of later frames, also while one of the two things is hidden: behind something else, or
 * behind the other thing. Then the whole mask belongs to the thing that it fits, and the hidden one comes back where
 * pixels appear that the visible one does not explain.
 */

import { difference, intersection, union } from "../masks/combine.js";
import { components } from "../masks/components.js";
import { area, decode, eachColumnRun } from "../masks/rle.js";
import { divided, nearer, wholePieces } from "./cutting.js";
import { distanceAt, shapeOf } from "./morph.js";

/** @typedef {import("./cutting.js").Parts} Parts */
/** @typedef {import("./cutting.js").Size} Size */
/** @typedef {import("./morph.js").Point} Point */
/** @typedef {import("./morph.js").Shape} Shape */
/** @typedef {[first: number[]|null, second: number[]|null]} Seen run lengths of each thing; null: it is hidden */

/** A thing of which less than this share can be told from the other one is hidden. */
const GONE = 0.1;
/** It is back when this share of it can be seen. */
const BACK = 0.2;
/** A mask is the hidden thing, and not the visible one, only if it fits that so much better. */
const CLEARLY = 0.15;
/** The border of a thing moves by this share of its size from frame to frame, without anything new behind it. */
const LOOSE = 0.04;
/** How far from its expected place a thing may come back in contact with the other one, as a share of its size. */
const REACH = 0.5;
/** What that place loses in certainty with each frame, as a share of the size; and at most. */
const DRIFT = 0.15;
const FARTHEST = 2;
/** What a thing may shrink from frame to frame without being hidden: share that stays of its area. */
const LASTING = 0.97;
/** A shape of at least this share of the area is a thing's own shape; a smaller one is what is left to be seen of it. */
const WHOLE = 0.8;
/** A thing has changed its shape where more than this share of it differs. */
const ALIKE = 0.03;
/** Frames after which the border of the visible thing is compared; what comes out slowly from behind it counts as new. */
const LOOK_BACK = 4;
/** Points that a fit is tried with, at most. */
const POINTS = 2000;

/**
 * What is known of one of the two things.
 * @typedef {object} Thing
 * @property {Shape} shape when it was seen last
 * @property {Shape} own when most of it was seen last
 * @property {number} frame of the latter
 * @property {number} area of the whole thing, pixels
 * @property {Point} speed pixels per frame in the direction of following
 * @property {Shape[]} earlier shapes of the latest frames, oldest first
 * @property {Shape} alone when the other one was hidden last
 */

/**
 * How a mask fits a thing alone.
 * @typedef {object} Fit
 * @property {number[]} beyond run lengths of the pixels that the thing does not explain
 * @property {number} over their share of the mask
 * @property {number} under the share of the thing that the mask does not have
 * @property {number} lack what speaks against the thing being there: `under`, and how far it would be from where it is
 *   expected
 */

/** What was found on a frame. @typedef {{seen: Seen, shown: Seen}} Found `shown`: what each thing is remembered by */

export class CutFollower {
  /** @param {number} frame that was cut @param {Parts} parts @param {Size} size */
  constructor(frame, parts, size) {
    this.size = size;
    this.frame = frame;
    this.things = parts.map((runs) => thingOf(this.shape(runs), frame));
    /** @type {0|1|null} the one that is hidden */
    this.hidden = null;
    /** the mask of the frame that is looked at, height x width */
    this.bits = new Uint8Array(size.height * size.width);
  }

  /** @param {number[]} runs not empty @returns {Shape} */
  shape(runs) {
    return /** @type {Shape} */ (shapeOf(runs, this.size.height, this.size.width));
  }

  /**
   * The cut in the mask of the next frame.
   * @param {number} frame @param {ArrayLike<number>} runs
   * @returns {Seen|null} null for an empty mask
   */
  next(frame, runs) {
    if (!area(runs)) return null;
    const mask = Array.from(runs);
    decode(mask, this.size.height, this.size.width, this.bits);
    const { seen, shown } = this.hidden === null ? this.both(frame, mask) : this.one(frame, mask, this.hidden);
    shown.forEach((part, i) => {
      // A rest of a thing, as where both are hidden, is not its shape.
      if (part && area(part) >= GONE * this.things[i].area)
        learn(this.things[i], this.shape(part), frame, Math.abs(frame - this.frame));
    });
    this.frame = frame;
    const before = this.hidden;
    this.hidden = seen[0] ? (seen[1] ? null : 1) : 0;
    if (this.hidden !== null && this.hidden !== before) {
      const visible = this.things[1 - this.hidden];
      visible.alone = visible.shape;
    }
    return seen;
  }

  /** Both were seen on the frame before. @param {number} frame @param {number[]} mask @returns {Found} */
  both(frame, mask) {
    const fits = this.things.map((thing) => this.fit(thing, mask, frame, thing.shape));
    const news = this.things.map((other, i) => this.news(fits[1 - i].beyond, mask, other, frame));
    const alone = /** @type {(0|1)[]} */ ([0, 1]).filter((i) => area(news[1 - i]) < GONE * this.things[1 - i].area);
    const doubt = (/** @type {number} */ i) => fits[i].over + fits[i].lack;
    alone.sort((a, b) => doubt(a) - doubt(b));
    if (alone.length) return only(alone[0], mask, news[1 - alone[0]]);
    return this.apart(mask, frame, news) ?? only(doubt(0) <= doubt(1) ? 0 : 1, mask);
  }

  /**
   * Each pixel goes to the thing that lies nearer once both have moved to where they fit.
   * @param {number[]} mask @param {number} frame @param {number[][]} news of each thing, the pixels that only it explains
   * @returns {Found|null} null where one of the two gets next to nothing
   */
  apart(mask, frame, news) {
    const { bits, things, size } = this;
    const distances = things.map((thing, i) => {
      // What is left to be seen of a thing is placed as the whole thing: the rest of it may lie behind the other one.
      const shape = thing.shape.size ** 2 < WHOLE * thing.area ? thing.own : thing.shape;
      const guess = this.way(thing, frame, shape === thing.own ? thing.frame : this.frame);
      const [dx, dy] = placed(shape, news[i], bits, size, { loose: 0, guess }).move;
      return (/** @type {number} */ x, /** @type {number} */ y) => distanceAt(shape, x - dx, y - dy);
    });
    const [first, second] = distances;
    const areas = /** @type {[number, number]} */ (things.map(({ area: whole }) => whole));
    const nearest = divided(mask, size, (x, y) => first(x, y) <= second(x, y));
    const parts = wholePieces(mask, nearest, size, areas);
    if (parts.some((part, i) => area(part) < GONE * things[i].area)) return null;
    // Where one covers the other, nobody can see whose the pixels are: both remember them as their own.
    const inner = distances.map((distance) => divided(mask, size, (x, y) => distance(x, y) <= 0)[0]);
    const shown = /** @type {Parts} */ (parts.map((part, i) => union(part, inner[i])));
    return { seen: parts, shown };
  }

  /** How far a thing is expected to have moved since a frame. @param {Thing} thing @param {number} frame @param {number} since @returns {Point} */
  way({ speed: [dx, dy] }, frame, since) {
    const steps = Math.abs(frame - since);
    return [dx * steps, dy * steps];
  }

  /** One is hidden. @param {number} frame @param {number[]} mask @param {0|1} hidden @returns {Found} */
  one(frame, mask, hidden) {
    const visible = hidden ? 0 : 1;
    const [thing, other] = [this.things[visible], this.things[hidden]];
    const fit = this.fit(thing, mask, frame, thing.shape);
    const instead = this.fit(other, mask, frame, other.own);
    if (instead.over + instead.lack + CLEARLY < fit.lack) {
      const still = this.news(instead.beyond, mask, thing, frame);
      const left = difference(mask, still);
      if (area(still) < BACK * thing.area || !area(left)) return only(hidden, mask);
      const [gone, stays] = nearer(mask, left, still, this.size);
      const parts = /** @type {Parts} */ (hidden ? [stays, gone] : [gone, stays]);
      return { seen: parts, shown: parts };
    }
    const news = this.comingOut(thing, other, mask, frame);
    const rest = difference(mask, news);
    if (area(news) < BACK * other.area || !area(rest)) return only(visible, mask, news);
    const [old, back] = nearer(mask, rest, news, this.size);
    const parts = /** @type {Parts} */ (hidden ? [old, back] : [back, old]);
    return { seen: parts, shown: parts };
  }

  /**
   * What comes out from behind a thing: what its border did not have when the other one went behind it; where it has
   * changed its shape since, what it did not have some frames ago, or on the frame before.
   * @param {Thing} thing @param {Thing} other @param {number[]} mask @param {number} frame
   * @returns {number[]}
   */
  comingOut(thing, other, mask, frame) {
    for (const shape of [thing.alone, thing.earlier[0]]) {
      const { beyond, under } = this.fit(thing, mask, frame, shape);
      const found = this.news(beyond, mask, other, frame);
      // News of the whole mask leave nothing that the border of the visible thing could be compared with.
      if (area(found) < area(mask) && Math.max(under, area(difference(beyond, found)) / area(mask)) < ALIKE)
        return found;
    }
    return this.news(this.fit(thing, mask, frame, thing.shape).beyond, mask, other, frame);
  }

  /**
   * How a mask fits a thing that is seen alone, wherever it has moved.
   * @param {Thing} thing @param {number[]} mask @param {number} frame @param {Shape} shape of the thing
   * @returns {Fit}
   */
  fit(thing, mask, frame, shape) {
    const loose = Math.max(1, LOOSE * Math.min(...this.things.map((one) => Math.sqrt(one.area))));
    const guess = this.way(thing, frame, shape === thing.own ? thing.frame : this.frame);
    const { move, under } = placed(shape, mask, this.bits, this.size, { loose, guess });
    const [dx, dy] = move;
    const [beyond] = divided(mask, this.size, (x, y) => distanceAt(shape, x - dx, y - dy) > loose);
    const away = Math.hypot(dx - guess[0], dy - guess[1]);
    return { beyond, over: area(beyond) / area(mask), under, lack: under + away / (2 * shape.size) };
  }

  /**
   * The pixels of a mask that are probably the other thing: those near its place, and connected parts of their own.
   * @param {number[]} beyond what the first thing does not explain @param {number[]} mask @param {Thing} other @param {number} frame
   * @returns {number[]}
   */
  news(beyond, mask, other, frame) {
    const { height, width } = this.size;
    const gone = Math.abs(frame - other.frame);
    const reach = Math.sqrt(other.area) * Math.min(FARTHEST, REACH + DRIFT * gone);
    const { own, speed } = other;
    const near = (/** @type {number} */ x, /** @type {number} */ y) =>
      Math.min(distanceAt(own, x, y), distanceAt(own, x - speed[0] * gone, y - speed[1] * gone)) <= reach;
    let [found] = divided(beyond, this.size, near);
    for (const piece of components(mask, height, width))
      if (area(intersection(piece, beyond)) > area(piece) / 2) found = union(found, piece);
    return found;
  }
}

/**
 * A mask of one thing alone. What may be the other thing, but is too little of it, is not remembered as its border.
 * @param {0|1} i @param {number[]} mask @param {number[]} [news] @returns {Found}
 */
function only(i, mask, news = []) {
  const own = news.length ? difference(mask, news) : mask;
  return { seen: i ? [null, mask] : [mask, null], shown: i ? [null, own] : [own, null] };
}

/** @param {Shape} shape @param {number} frame @returns {Thing} */
const thingOf = (shape, frame) => ({
  shape,
  own: shape,
  frame,
  area: shape.size ** 2,
  speed: [0, 0],
  earlier: [shape],
  alone: shape,
});

/** A thing was seen. @param {Thing} thing @param {Shape} shape @param {number} frame @param {number} steps frames since the one before */
function learn(thing, shape, frame, steps) {
  const now = shape.size ** 2;
  const before = thing.shape.size ** 2;
  // The centroid of a thing that is being covered moves without the thing.
  if (steps && Math.min(now, before) > 0.8 * Math.max(now, before))
    thing.speed = [(shape.x - thing.shape.x) / steps, (shape.y - thing.shape.y) / steps];
  thing.area = Math.max(now, LASTING * thing.area);
  thing.shape = shape;
  thing.earlier = [...thing.earlier, shape].slice(-LOOK_BACK);
  if (now < WHOLE * thing.area) return;
  thing.own = shape;
  thing.frame = frame;
}

/**
 * Where a shape fits a mask best: it covers the wanted pixels, and nothing outside of the mask.
 * @param {Shape} shape @param {number[]} wanted run lengths, not empty @param {Uint8Array} bits of the mask @param {Size} size
 * @param {{loose: number, guess: Point}} how pixels that its border may be off; where it is expected
 * @returns {{move: Point, under: number}} `under`: share of the shape that lies outside of the mask there
 */
function placed(shape, wanted, bits, { height, width }, { loose, guess }) {
  const points = sampledPixels(wanted, height);
  const inner = innerPixels(shape);
  /** @param {number} dx @param {number} dy @param {number} most what it may cost @returns {{move: Point, under: number, cost: number}|null} null: more */
  const tried = (dx, dy, most) => {
    let outside = 0;
    for (const [x, y] of points) if (distanceAt(shape, x - dx, y - dy) > loose) outside += 1;
    const over = outside / points.length;
    if (over >= most) return null;
    let missing = 0;
    for (const [x, y] of inner) {
      const px = Math.round(x + dx);
      const py = Math.round(y + dy);
      if (px >= 0 && py >= 0 && px < width && py < height && !bits[py * width + px]) missing += 1;
    }
    const under = missing / Math.max(1, inner.length);
    return { move: [dx, dy], under, cost: over + under };
  };
  const { x, y } = centreOf(points);
  let best = /** @type {{move: Point, under: number, cost: number}} */ (tried(0, 0, Infinity));
  const look = (/** @type {number} */ dx, /** @type {number} */ dy) => {
    const found = tried(dx, dy, best.cost);
    if (found && found.cost < best.cost) best = found;
  };
  look(...guess);
  look(x - shape.x, y - shape.y);
  for (let step = shape.size / 4; step >= 0.5; step /= 2) {
    for (let moved = true, tries = 0; moved && tries < 8; tries += 1) {
      const [dx, dy] = best.move;
      const before = best.cost;
      for (const [u, v] of [[step, 0], [-step, 0], [0, step], [0, -step]]) look(dx + u, dy + v); // prettier-ignore
      moved = best.cost < before;
    }
  }
  return best;
}

/** Some pixels of a mask, evenly. @param {number[]} runs not empty @param {number} height @returns {Point[]} */
function sampledPixels(runs, height) {
  const every = Math.max(1, Math.floor(Math.sqrt(area(runs) / POINTS)));
  /** @type {Point[]} */
  const points = [];
  eachColumnRun(runs, height, (x, y0, y1) => {
    if (x % every) return;
    for (let y = Math.ceil(y0 / every) * every; y < y1; y += every) points.push([x, y]);
  });
  if (points.length) return points;
  eachColumnRun(runs, height, (x, y0) => points.push([x, y0]));
  return points;
}

/** Some pixels of a shape, evenly. @param {Shape} shape @returns {Point[]} picture pixels */
function innerPixels({ distance, left, top, width, height, size }) {
  const every = Math.max(1, Math.floor(Math.sqrt(size ** 2 / POINTS)));
  /** @type {Point[]} */
  const points = [];
  for (let y = 0; y < height; y += every)
    for (let x = 0; x < width; x += every) if (distance[y * width + x] < 0) points.push([left + x, top + y]);
  return points;
}

/** @param {Point[]} points @returns {{x: number, y: number}} */
function centreOf(points) {
  const sum = points.reduce(([a, b], [x, y]) => [a + x, b + y], [0, 0]);
  return { x: sum[0] / points.length, y: sum[1] / points.length };
}
