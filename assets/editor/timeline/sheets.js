// @ts-check
/**
 * What the timeline is painted on: a canvas that is as large as its box, with the colours and lengths of the style sheet.
 * Both are read once and kept, since reading them makes the browser lay out the page.
 */

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {{window: [number, number], count: number, scroll: number, light: boolean}} Shown first visible frame and the one past the last, frames of the video, pixels scrolled down, theme */

export class Sheets {
  /** @param {HTMLElement[]} boxes of the canvases @param {() => void} resized called after a box got another size */
  constructor(boxes, resized) {
    /** @type {Map<Element, {width: number, height: number}>} CSS pixels */
    this.sizes = new Map();
    /** @type {{css: (name: string) => string, font: string}|null} */
    this.look = null;
    this.element = boxes[0];
    const observer = new ResizeObserver((entries) => {
      for (const { target } of entries) this.sizes.delete(target);
      this.forget();
      resized();
    });
    for (const box of boxes) observer.observe(box);
  }

  /** The theme changed: read colours and lengths again. */
  forget() {
    this.look = null;
  }

  /** @param {Element} box */
  sizeOf(box) {
    const known = this.sizes.get(box);
    if (known) return known;
    const { width, height } = box.getBoundingClientRect();
    const size = { width, height };
    this.sizes.set(box, size);
    return size;
  }

  /** Tokens of the style sheet, each read at its first use. */
  read() {
    const style = getComputedStyle(this.element);
    /** @type {Map<string, string>} */
    const values = new Map();
    const css = (/** @type {string} */ name) => {
      let value = values.get(name);
      if (value === undefined) values.set(name, (value = style.getPropertyValue(`--v-${name}`).trim()));
      return value;
    };
    return { css, font: style.fontFamily };
  }

  /** Give a canvas the size of its sheet, and clear it. @param {HTMLCanvasElement} canvas @param {Sheet} sheet */
  clear(canvas, { g, width, height }) {
    const ratio = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
  }

  /** What a canvas is painted by; its pixels stay. @param {HTMLCanvasElement} canvas @param {Shown} shown @returns {Sheet} */
  of(canvas, { window: [a, b], count, scroll, light }) {
    const { width, height } = this.sizeOf(/** @type {Element} */ (canvas.parentElement));
    const g = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const { css, font } = (this.look ??= this.read());
    const label = parseFloat(css("label"));
    const per = (width - label - 16) / Math.max(1e-6, b - a);
    return {
      g,
      width,
      height,
      label,
      css,
      lane: parseFloat(css("lane")),
      scroll,
      font,
      x: (frame) => label + 8 + (frame - a) * per,
      frameAt: (x) => a + (x - label - 8) / per,
      first: Math.floor(a),
      last: Math.min(Math.ceil(b), count) - 1,
      light,
    };
  }
}
