// @ts-check
/** A small line chart as SVG: few grid lines, the last value written at its end, redrawn when its width changes. */

const NS = "http://www.w3.org/2000/svg";
const HEIGHT = 176;
const PAD = { left: 40, right: 60, top: 10, bottom: 22 };

/**
 * @typedef {[number, number]} Point
 * @typedef {{points: Point[], colour: string, width?: number, opacity?: number, dots?: boolean, label?: string}} Line
 * @typedef {{lines: Line[], xMax: number, yMin?: number, yMax?: number, base?: {value: number, label: string}, name: string, format?: (v: number) => string}} Chart
 */

/**
 * Round numbers between two values.
 * @param {number} low @param {number} high @param {number} wanted about how many steps
 * @returns {number[]}
 */
export function ticks(low, high, wanted = 4) {
  const span = Math.max(high - low, 1e-9);
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) ?? rough;
  const out = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step)
    out.push(Number(v.toPrecision(10)));
  return out;
}

/**
 * Exponential mean of a noisy curve; starts at its first value.
 * @param {Point[]} points @param {number} keep share of the old mean, 0 to 1
 * @returns {Point[]}
 */
export function smooth(points, keep = 0.9) {
  let mean = points.length ? points[0][1] : 0;
  return points.map(([x, y], i) => {
    mean = i ? keep * mean + (1 - keep) * y : y;
    return [x, mean];
  });
}

/**
 * At most `limit` points that still show the curve's extremes.
 * @param {Point[]} points @param {number} limit
 * @returns {Point[]}
 */
export function thin(points, limit = 600) {
  if (points.length <= limit) return points;
  const size = Math.ceil(points.length / (limit / 2));
  /** @type {Point[]} */ const out = [];
  for (let start = 0; start < points.length; start += size) {
    const part = points.slice(start, start + size);
    const low = part.reduce((a, b) => (b[1] < a[1] ? b : a));
    const high = part.reduce((a, b) => (b[1] > a[1] ? b : a));
    out.push(...(low[0] <= high[0] ? [low, high] : [high, low]).filter((p, i, all) => i === 0 || p !== all[0]));
  }
  const last = points[points.length - 1];
  if (out[out.length - 1] !== last) out.push(last);
  return out;
}

/** @param {string} tag @param {Record<string, string|number>} attributes @param {string} [text] */
function svg(tag, attributes, text) {
  const node = document.createElementNS(NS, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

/** The axis, widened to whole grid steps. @param {Chart} chart @returns {{low: number, high: number}} */
export function range(chart) {
  const values = chart.lines.flatMap((l) => l.points.map((p) => p[1])).concat(chart.base ? [chart.base.value] : []);
  const low = chart.yMin ?? Math.min(...values);
  const high = Math.max(chart.yMax ?? Math.max(...values), low + 1e-6);
  const grid = ticks(low, high);
  const step = grid.length > 1 ? grid[1] - grid[0] : high - low;
  return { low: chart.yMin ?? Math.floor(low / step) * step, high: Math.ceil(high / step - 1e-6) * step };
}

/**
 * @param {Chart} chart @param {number} width CSS pixels
 * @returns {SVGElement}
 */
export function draw(chart, width) {
  const { low, high } = range(chart);
  const X = (/** @type {number} */ v) => PAD.left + (v / Math.max(chart.xMax, 1)) * (width - PAD.left - PAD.right);
  const Y = (/** @type {number} */ v) => PAD.top + (1 - (v - low) / (high - low)) * (HEIGHT - PAD.top - PAD.bottom);
  const format = chart.format ?? ((v) => String(Number(v.toPrecision(4))));
  const root = svg("svg", {
    class: "v-chart",
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: "img",
    "aria-label": chart.name,
  });
  for (const v of ticks(low, high)) {
    root.append(
      svg("line", { class: "gl", x1: PAD.left, x2: width - PAD.right, y1: Y(v), y2: Y(v) }),
      svg("text", { x: PAD.left - 8, y: Y(v) + 4, "text-anchor": "end" }, format(v)),
    );
  }
  for (const v of ticks(0, chart.xMax).filter(Number.isInteger))
    root.append(svg("text", { x: X(v), y: HEIGHT - 5, "text-anchor": "middle" }, v.toLocaleString("en-US")));
  if (chart.base) {
    const y = Y(chart.base.value);
    root.append(
      svg("line", { class: "base", x1: PAD.left, x2: width - PAD.right, y1: y, y2: y }),
      svg("text", { x: width - PAD.right + 6, y: y + 4 }, chart.base.label),
    );
  }
  for (const line of chart.lines) root.append(...drawLine(line, X, Y));
  return /** @type {SVGElement} */ (root);
}

/** @param {Line} line @param {(v: number) => number} X @param {(v: number) => number} Y */
function drawLine(line, X, Y) {
  if (line.points.length === 0) return [];
  const points = line.points.map(([x, y]) => `${X(x).toFixed(1)},${Y(y).toFixed(1)}`).join(" ");
  const out = [
    svg("polyline", {
      points,
      fill: "none",
      "stroke-linejoin": "round",
      style: `stroke:${line.colour}`,
      "stroke-width": line.width ?? 1.75,
      "stroke-opacity": line.opacity ?? 1,
    }),
  ];
  const marked = line.dots ? line.points : line.points.length === 1 ? line.points : [];
  for (const [x, y] of marked) out.push(svg("circle", { cx: X(x), cy: Y(y), r: 2.6, style: `fill:${line.colour}` }));
  const [x, y] = line.points[line.points.length - 1];
  if (line.label) out.push(svg("text", { class: "end", x: X(x) + 6, y: Y(y) + 4 }, line.label));
  return out;
}

/** Keeps a chart in `place` as wide as it is. */
export class LiveChart {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {Chart|null} */ this.chart = null;
    new ResizeObserver(() => this.show()).observe(place);
  }

  /** @param {Chart} [chart] */
  show(chart) {
    if (chart) this.chart = chart;
    if (this.chart && this.place.clientWidth > 0) this.place.replaceChildren(draw(this.chart, this.place.clientWidth));
  }
}
