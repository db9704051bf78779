// @ts-check
/** The options of the tool above the canvas, and the half drawn outlines that wait elsewhere. */

import { fill, h, icon, iconButton, onceIdle, swatch } from "../../kit/dom.js";
import { openMenu } from "../../kit/floating.js";
import { contoursElsewhere, discardContour, goToContour } from "../canvas/contours.js";
import { TOOLS } from "../canvas/tools/index.js";
import { colourNumber } from "../../look/palette.js";
import { coordinates } from "./coordinates.js";
import { segmenterButton } from "./segmenter.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../masks/region.js").Mode} Mode */

/** @type {readonly [Mode, string, string, string][]} */
const MODES = Object.freeze([
  ["add", "Add", "plus", "Shapes add to the mask"],
  ["subtract", "Subtract", "minus", "Shapes take away from the mask (Alt or right button)"],
  ["replace", "Replace", "swap", "A shape becomes the mask"],
  ["intersect", "Intersect", "box", "Only what lies in the shape stays"],
]);
/** Brush of the slider's right end, picture pixels, and the largest one. */
const SLIDER = 300;
const LARGEST = 400;
/** What the server names as the source of a mask that only clicks and strokes changed. */
const CORRECTED = "Corrected";
const RESHAPING = ["fillHoles", "removeIslands", "grow", "shrink", "smooth"];

/** @param {string} label @param {string} title @param {() => void} onclick @param {string} [image] */
const choice = (label, title, onclick, image) =>
  h(
    "button",
    { type: "button", title, "aria-label": label, onclick },
    image ? icon(image, 14) : null,
    h("span", null, label),
  );

/** What shapes do. @param {Editor} app */
function modes(app) {
  const buttons = MODES.map(([mode, label, image, title]) => choice(label, title, () => app.view.set({ mode }), image));
  const element = h("span", { class: "v-seg v-modes", role: "group", "aria-label": "What strokes do" }, buttons);
  /** @param {readonly string[]} parts */
  const draw = (parts) => {
    const { mode } = app.view.now;
    // A brush only adds or subtracts.
    const shown = parts.includes("shapes") || mode === "subtract" ? mode : "add";
    buttons.forEach((button, i) => {
      button.hidden = i > 1 && !parts.includes("shapes");
      button.setAttribute("aria-pressed", String(MODES[i][0] === shown));
    });
  };
  return { element, draw };
}

/** Form and size of the brush. @param {Editor} app */
function brushOptions(app) {
  const { preferences } = app;
  const round = iconButton("ci", "Round brush", () => preferences.set({ square: false }));
  const square = iconButton("sq", "Square brush", () => preferences.set({ square: true }));
  /** @type {HTMLInputElement} */
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    class: "v-slider",
    "aria-label": "Brush size",
    title: "Brush size ([ and ], Alt + wheel, Ctrl + drag)",
    oninput: () => preferences.set({ brush: Math.max(1, Math.round((Number(slider.value) / 100) ** 2 * SLIDER)) }),
  });
  /** @type {HTMLInputElement} */
  const number = h("input", {
    type: "text",
    inputmode: "numeric",
    class: "v-num",
    "aria-label": "Brush size, pixels",
    title: "Brush size in pixels ([ and ], Alt + wheel, Ctrl + drag)",
    onchange: () =>
      preferences.set({ brush: Math.max(1, Math.min(LARGEST, parseInt(number.value, 10) || preferences.now.brush)) }),
  });
  const element = h(
    "span",
    { class: "v-row" },
    round,
    square,
    h("span", { class: "v-t2 v-wide" }, "Size"),
    slider,
    number,
  );
  const draw = () => {
    const { brush, square: angular } = preferences.now;
    round.setAttribute("aria-pressed", String(!angular));
    square.setAttribute("aria-pressed", String(angular));
    const share = Math.min(100, Math.sqrt(brush / SLIDER) * 100);
    slider.value = String(share);
    slider.style.setProperty("--p", `${share}%`);
    number.value = String(brush);
  };
  return { element, draw };
}

/** Tolerance of the wand. @param {Editor} app */
function toleranceOption({ preferences }) {
  /** @type {HTMLInputElement} */
  const slider = h("input", {
    type: "range",
    min: 0,
    max: 128,
    step: 1,
    class: "v-slider",
    "aria-label": "Tolerance",
    title: "How far colours may differ (Alt + wheel, or drag on the picture)",
    oninput: () => preferences.set({ tolerance: Number(slider.value) }),
  });
  const value = h("span", { class: "v-t2 v-num3" });
  const element = h("span", { class: "v-row" }, h("span", { class: "v-t2 v-wide1100" }, "Tolerance"), slider, value);
  const draw = () => {
    const { tolerance } = preferences.now;
    slider.value = String(tolerance);
    slider.style.setProperty("--p", `${Math.min(100, (100 * tolerance) / 128)}%`);
    value.textContent = String(tolerance);
  };
  return { element, draw };
}

/** The operations on the mask, as a menu. @param {Editor} app */
function reshapeButton(app) {
  const button = h(
    "button.v-btn.v-ghost.v-text",
    {
      type: "button",
      title: "Change the mask as a whole",
      onclick: () => {
        const items = RESHAPING.map((id) => {
          const { title, icon: image } = app.registry.get(id);
          return { title, icon: image, note: app.keymap.keyOf(id), run: () => app.commands[id](), name: id };
        });
        openMenu(button, items, { label: "Mask", width: 300 });
      },
    },
    "Mask",
    icon("down", 12),
  );
  return button;
}

/** Show an element or hide it; the page is styled anew only where that changes. @param {HTMLElement} element @param {boolean} wanted */
function show(element, wanted) {
  if (element.hidden === wanted) element.hidden = !wanted;
}

/** The outlines that wait on other frames or tracks, or for other tools. @param {Editor} app */
function keptOutlines(app) {
  const element = h("span", { class: "v-row v-keptoutline" });
  /** @param {boolean} ready whether a video is open */
  const draw = (ready) => {
    const [kept, ...more] = ready ? contoursElsewhere(app) : [];
    show(element, Boolean(kept));
    if (!kept) return;
    const name = TOOLS[kept.tool].label;
    const where = kept.stroke.frame === app.view.now.frame ? "here" : `on frame ${kept.stroke.frame}`;
    const rest = more.length ? ` and ${more.length} more` : "";
    fill(
      element,
      h(
        "span.v-chip.v-acc",
        null,
        h(
          "button.v-chiplink",
          { type: "button", title: "Go on with it", onclick: () => goToContour(app, kept) },
          `${name} kept ${where}${rest}`,
        ),
        h(
          "button.v-cross",
          {
            type: "button",
            "aria-label": "Throw the outline away",
            title: "Throw the outline away",
            onclick: () => discardContour(app, kept),
          },
          icon("x", 12),
        ),
      ),
    );
  };
  return { element, draw };
}

/** What found the mask of the last box or click, and how sure it is. @param {Editor} app */
function promptedChip(app) {
  const element = h("span", { class: "v-chip", role: "status" });
  /** @param {boolean} ready */
  const draw = (ready) => {
    const { frame, newTrack, prompted, selected } = app.view.now;
    const here = ready && prompted?.frame === frame && prompted.track === (newTrack?.id ?? selected);
    show(element, here);
    if (!here || !prompted) return;
    const { confidence, refining, source, sure } = prompted;
    const judges = source !== CORRECTED && !refining;
    element.classList.toggle("v-ok", sure && judges);
    element.classList.toggle("v-warn", !sure && judges);
    if (refining) {
      element.textContent = "Refining …";
      element.title = "The mask is a draft; a better one takes its place in a moment";
      return;
    }
    const judged = sure ? `${source}, ${Math.round(100 * confidence)} % sure` : `Not sure: ${source}`;
    element.textContent = judges ? judged : source;
    element.title = sure
      ? "How sure the server is of this mask, and what found it"
      : "Check the border. A click adds what is missing, Alt and a click takes away; Shift draws a stroke";
  };
  return { element, draw };
}

/** @param {Editor} app @returns {HTMLElement} */
export function optionStrip(app) {
  const target = h("span", { class: "v-target" });
  const [mode, brush, tolerance, kept] = [modes(app), brushOptions(app), toleranceOption(app), keptOutlines(app)];
  const prompted = promptedChip(app);
  const segmenter = segmenterButton(app);
  const overlap = h(
    "button",
    {
      class: "v-switch",
      type: "button",
      role: "switch",
      title: "Newly painted pixels are taken away from other visible tracks",
      onclick: () => app.preferences.set({ noOverlap: !app.preferences.now.noOverlap }),
    },
    "No overlap",
  );
  const reshape = reshapeButton(app);
  const line = h("span", { class: "v-sep" });
  const measure = h("span", { class: "v-chip v-measure", role: "status" });
  const inner = [
    target,
    line,
    mode.element,
    segmenter,
    brush.element,
    tolerance.element,
    overlap,
    reshape,
    kept.element,
  ];
  /** what `target` shows: filling it takes longer than the rest, and a stroke rarely changes it */
  let shown = "";
  /** @param {import("../canvas/stroke.js").NewTrack|null} newTrack @param {import("../document/document.js").Track|null|undefined} track */
  const drawTarget = (newTrack, track) => {
    const number = newTrack?.number ?? track?.number ?? 0;
    const colour = track && !newTrack ? colourNumber(track) : number;
    const title = newTrack ? `new ${app.categoryName(newTrack.category)}` : track ? app.title(track) : "";
    const now = JSON.stringify([number, colour, title, Boolean(newTrack)]);
    if (now === shown) return;
    shown = now;
    if (newTrack) fill(target, swatch(number), title);
    else if (track) fill(target, swatch(number, colour), h("span", { class: "v-ell" }, title));
    else fill(target, h("span", { class: "v-t3" }, "No track selected"));
  };
  const strip = h(
    "div",
    { class: "v-options" },
    inner,
    h("span", { class: "v-grow" }),
    prompted.element,
    measure,
    coordinates(app),
  );
  const draw = () => {
    const { newTrack } = app.view.now;
    const { options = [], name } = TOOLS[app.view.now.tool] ?? TOOLS.select;
    const parts = /** @type {readonly string[]} */ (options);
    const draws = parts.length > 0;
    const ready = app.session.now.phase === "ready";
    drawTarget(newTrack, app.track);
    const shapes = draws || ["fill", "move"].includes(name);
    show(target, ready);
    show(mode.element, ready && parts.includes("modes"));
    show(segmenter, ready && parts.includes("prompted"));
    show(brush.element, ready && parts.includes("size"));
    show(tolerance.element, ready && parts.includes("tolerance"));
    show(overlap, ready && draws);
    show(line, ready && shapes);
    show(reshape, ready && shapes);
    prompted.draw(ready && parts.includes("prompted"));
    kept.draw(ready);
    const crowded = ["tolerance", "prompted"].some((part) => parts.includes(part)) || !kept.element.hidden;
    strip.classList.toggle("v-crowded", crowded);
    mode.draw(parts);
    brush.draw();
    tolerance.draw();
    overlap.setAttribute("aria-checked", String(app.preferences.now.noOverlap));
  };
  app.view.on(["tool", "mode", "newTrack", "selected", "frame", "contours", "prompted"], draw);
  app.view.on(
    ["revision"],
    onceIdle(() => {
      drawTarget(app.view.now.newTrack, app.track);
      kept.draw(app.session.now.phase === "ready");
    }),
  );
  app.preferences.on(["brush", "square", "noOverlap", "tolerance"], draw);
  app.session.on(["phase", "video"], draw);
  app.view.on(["measure"], () => {
    measure.textContent = app.view.now.measure;
    measure.hidden = !app.view.now.measure;
  });
  measure.hidden = true;
  draw();
  return strip;
}
