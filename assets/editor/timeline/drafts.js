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
    if (mark.levels) paintGround(s, mark, top);
    g.fillStyle = g.strokeStyle = css(COLOURS[mark.kind]);
    for (const [x0, x1] of cellsOf(s, mark)) {
      const alpha = mark.faint ? 0.35 : 1;
      g.beginPath();
      g.roundRect(x0 + 0.75, top + 1.25, Math.max(1, x1 - x0 - 1.5), s.lane - 3.5, 3);
      g.globalAlpha = alpha * (mark.kind === "gone" ? 0.12 : mark.levels ? 0.14 : 0.28);
      g.fill();
      g.globalAlpha = alpha;
      g.lineWidth = 1.5;
      g.setLineDash(mark.kind === "gone" ? [3, 2] : []);
      g.stroke();
      g.setLineDash([]);
      g.globalAlpha = 1;
    }
    if (mark.levels) paintLevels(s, mark, top);
  }
  g.lineWidth = 1;
}

/** Hide what the lane shows below levels, which would not be readable on it. @param {Sheet} s @param {LaneMark} mark @param {number} top */
function paintGround(s, { first, last }, top) {
  s.g.fillStyle = s.css("panel");
  s.g.globalAlpha = 0.8;
  s.g.fillRect(s.x(first), top + 1, s.x(last + 1) - s.x(first), s.lane - 3);
  s.g.globalAlpha = 1;
}

/**
 * How sure each frame is, as a bar from below, and how much its mask changes, as a line over it.
 * @param {Sheet} s @param {LaneMark} mark @param {number} top
 */
function paintLevels(s, { kind, levels = [], changes = [], first, faint }, top) {
  const { g, css } = s;
  const [low, room] = [top + s.lane - 3, s.lane - 6];
  g.globalAlpha = faint ? 0.25 : 0.75;
  g.fillStyle = css(COLOURS[kind]);
  for (let i = Math.max(0, s.first - first); i < levels.length && first + i <= s.last; i += 1) {
    const [x0, x1] = [s.x(first + i), s.x(first + i + 1)];
    const gap = x1 - x0 < CELL ? 0 : 2;
    g.fillRect(x0 + gap, low - levels[i] * room, Math.max(0.5, x1 - x0 - 2 * gap), levels[i] * room);
  }
  g.globalAlpha = faint ? 0.4 : 1;
  g.strokeStyle = css("tx1");
  g.lineWidth = 1.5;
  g.beginPath();
  let drawing = false;
  for (let i = Math.max(0, s.first - first); i < changes.length && first + i <= s.last; i += 1) {
    const change = changes[i];
    if (change === null || change === undefined) {
      drawing = false;
      continue;
    }
    const y = low - change * room;
    if (!drawing) g.moveTo(s.x(first + i), y);
    g.lineTo(s.x(first + i), y);
    g.lineTo(s.x(first + i + 1), y);
    drawing = true;
  }
  g.stroke();
  g.globalAlpha = 1;
}
