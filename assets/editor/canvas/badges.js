// @ts-check
/** Number badges of masks: their sizes, and places where none covers another. */

/**
 * @typedef {object} Box of a badge on the screen, CSS pixels
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/** Free room between two badges. */
const GAP = 2;
/** Rings of places that are tried around the wanted one; beyond them a badge stays where it is. */
const RINGS = 6;

/** Size of a badge. @param {number} number @param {boolean} on of the selected track @returns {{width: number, height: number}} CSS pixels */
export function badgeSize(number, on) {
  const digits = String(number).length;
  return { width: Math.max(16, Math.ceil(digits * (on ? 6.9 : 6.3)) + 8), height: on ? 16 : 14 };
}

/**
 * Move boxes apart: each goes to the nearest free place around its own, earlier ones first.
 * @param {readonly Box[]} boxes most important first
 * @returns {[dx: number, dy: number][]} how far each moves
 */
export function apart(boxes) {
  /** @type {Box[]} */
  const placed = [];
  return boxes.map((box) => {
    const [dx, dy] = free(box, placed)
      ? [0, 0]
      : (places(box).find((move) => free(moved(box, move), placed)) ?? [0, 0]);
    placed.push(moved(box, [dx, dy]));
    return [dx, dy];
  });
}

/** @type {Map<string, [number, number][]>} by size: badges have few sizes */
const around = new Map();

/** Moves to the places around a box, nearest first; beside comes before below. @param {Box} box @returns {[number, number][]} */
function places({ width, height }) {
  const size = `${width} ${height}`;
  const known = around.get(size);
  if (known) return known;
  /** @type {[number, number][]} */
  const moves = [];
  for (let row = -RINGS; row <= RINGS; row += 1) {
    for (let column = -RINGS; column <= RINGS; column += 1)
      moves.push([column * ((width + GAP) / 2), row * ((height + GAP) / 2)]);
  }
  moves.sort((a, b) => Math.hypot(...a) - Math.hypot(...b) || Math.abs(a[1]) - Math.abs(b[1]));
  around.set(size, moves);
  return moves;
}

/** @param {Box} box @param {[number, number]} move @returns {Box} */
const moved = (box, [dx, dy]) => ({ ...box, left: box.left + dx, top: box.top + dy });

/** @param {Box} box @param {readonly Box[]} others */
const free = (box, others) =>
  others.every(
    (other) =>
      box.left >= other.left + other.width + GAP ||
      other.left >= box.left + box.width + GAP ||
      box.top >= other.top + other.height + GAP ||
      other.top >= box.top + box.height + GAP,
  );
