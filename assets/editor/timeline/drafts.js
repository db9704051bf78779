// @ts-check
/** The frames that a preview would change, as cells on the lanes. */

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {import("../commands/preview.js").LaneMark} LaneMark */

/** Cells narrower than this run together, pixels. */
const CELL = 6;
/** @type {Readonly<Record<LaneMark["kind"], string>>} colour token */
const COLOURS = Object.freeze({ draft: "ac", doubt: "warnf", gone: "badf" });

/**
 * Where the cells of a mark begin and end.
 * @param {Pick<Sheet, "x"|"first"|"last">} s
 * @param {LaneMark} mark
 * @returns {[number, number][]} CSS pixels
 */
export function cellsOf(s, { first, last }) {
  const [from, to] = [Math.max(first, s.first), Math.min(last, s.last)];
  if (to < from) return [];
  if (s.x(from + 1) - s.x(from) < CELL) return [[s.x(from), s.x(to + 1)]];
  return Array.from({ length: to - from + 1 }, (_, i) => [s.x(from + i) + 1, s.x(from + i + 1) - 1]);
}

/** @param {Sheet} s @param {readonly LaneMark[]} marks those of one lane @param {number} top */
export function paintDrafts(s, marks, top) {
  const { g, css } = s;
  for (const mark of marks) {
    g.fillStyle = g.strokeStyle = css(COLOURS[mark.kind]);
    for (const [x0, x1] of cellsOf(s, mark)) {
      g.beginPath();
      g.roundRect(x0 + 0.75, top + 1.25, Math.max(1, x1 - x0 - 1.5), s.lane - 3.5, 3);
      g.globalAlpha = mark.kind === "gone" ? 0.12 : 0.28;
      g.fill();
      g.globalAlpha = 1;
      g.lineWidth = 1.5;
      g.setLineDash(mark.kind === "gone" ? [3, 2] : []);
      g.stroke();
      g.setLineDash([]);
    }
  }
  g.lineWidth = 1;
}
