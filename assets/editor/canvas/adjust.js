// @ts-check
/** Brightness, contrast and gamma of the shown picture, by a filter of the browser: no pixel changes. */

const SVG = "http://www.w3.org/2000/svg";
/** Contrast and gamma at the end of their sliders, as factors. */
const STEEPEST = 4;
const BRIGHTEST = 3;

/**
 * The curve from a channel's value to the shown one: amplitude * value ^ exponent + offset, values 0 to 1.
 * @param {{brightness: number, contrast: number, gamma: number}} look each -100 to 100, 0 changes nothing
 * @returns {{amplitude: number, exponent: number, offset: number}}
 */
export function curveOf({ brightness, contrast, gamma }) {
  const amplitude = STEEPEST ** (contrast / 100);
  // Contrast turns around the middle grey.
  return {
    amplitude,
    exponent: BRIGHTEST ** (-gamma / 100),
    offset: 0.5 - 0.5 * amplitude + brightness / 200,
  };
}

/** Keep the filter of a picture as the preferences want it. @param {import("../editor.js").Editor} app @returns {SVGSVGElement} to be put into the page */
export function adjusting(app) {
  const make = (/** @type {string} */ name, /** @type {Record<string, string>} */ attributes = {}) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const svg = /** @type {SVGSVGElement} */ (
    make("svg", { width: "0", height: "0", "aria-hidden": "true", class: "v-tonefilter" })
  );
  const filter = make("filter", { id: "v-adjust", "color-interpolation-filters": "sRGB" });
  const transfer = make("feComponentTransfer");
  const channels = ["feFuncR", "feFuncG", "feFuncB"].map((name) => make(name, { type: "gamma" }));
  transfer.append(...channels);
  filter.append(transfer);
  svg.append(filter);
  const draw = () => {
    const { brightness, contrast, gamma } = app.preferences.now;
    for (const [key, value] of Object.entries(curveOf({ brightness, contrast, gamma })))
      for (const channel of channels) channel.setAttribute(key, String(value));
    app.root.classList.toggle("v-adjusted", Boolean(brightness || contrast || gamma));
  };
  app.preferences.on(["brightness", "contrast", "gamma"], draw);
  draw();
  return svg;
}
