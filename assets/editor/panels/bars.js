// @ts-check
/** The tool rail, and the transport above the timeline. */

import { isComplete } from "../commands/completing.js";
import { framesOf } from "../commands/judging.js";
import { framesInWords } from "../commands/reasons.js";
import { fill, h, icon, iconButton, onceIdle, whenOther } from "../../kit/dom.js";
import { clock } from "../../kit/text.js";
import { secondsOf } from "../playback.js";
import { commandButton } from "../shortcuts/labels.js";
import { RAIL } from "../canvas/tools/index.js";

/** @typedef {import("../editor.js").Editor} Editor */

/** @param {Editor} app @returns {HTMLElement} */
export function toolRail(app) {
  const buttons = RAIL.map((tool) => {
    if (!tool) return null;
    const button = commandButton(app, tool.command ?? tool.name, { size: 20, plain: true });
    button.dataset.tool = tool.name;
    return button;
  });
  const draw = () =>
    buttons.forEach((button) => {
      if (!button) return;
      button.setAttribute(
        "aria-pressed",
        String(app.session.now.phase === "ready" && button.dataset.tool === app.view.now.tool),
      );
      button.disabled = app.session.now.phase !== "ready";
    });
  app.view.on(["tool"], draw);
  app.session.on(["phase"], draw);
  draw();
  return h(
    "nav",
    { class: "v-rail", "aria-label": "Tools" },
    buttons.map((button) => button ?? h("hr")),
  );
}

/**
 * What the button *Complete* says: whether the frames of the scope are declared, and what a press does.
 * @param {Editor} app
 */
export function completeWords(app) {
  const frames = framesOf(app);
  const done = isComplete(app, frames);
  const words = framesInWords(app, frames);
  const what = done ? `Withdraw that ${words} is complete` : `Declare that everything has a track on ${words}`;
  return { done, title: `${what} (${app.keymap.keyOf("complete")})` };
}

const RATES = [0.25, 0.5, 1, 2];

/**
 * @param {Editor} app
 * @param {import("../timeline/timeline.js").Timeline} timeline
 * @param {HTMLElement} count chip of the frames that are counted
 * @returns {HTMLElement}
 */
export function transport(app, timeline, count) {
  const button = (/** @type {string} */ command, options = {}) => commandButton(app, command, options);
  const play = button("play", { label: "Play", extra: "v-play" });
  /** @type {HTMLInputElement} */
  const number = h("input", {
    type: "text",
    inputmode: "numeric",
    class: "v-num",
    "aria-label": "Frame",
    title: "Frame",
    "data-keeps": true,
    onchange: () => app.commands.goto(parseInt(number.value, 10) || 0),
  });
  const total = h("span", { class: "v-t3" });
  const time = h("span", { class: "v-t2" });
  const rate = h("button", {
    class: "v-btn v-ghost v-text",
    type: "button",
    title: "Speed",
    onclick: () => app.view.set({ rate: RATES[(RATES.indexOf(app.view.now.rate) + 1) % RATES.length] }),
  });
  const range = h("span", { class: "v-chip v-acc v-rangechip" });
  /** @type {HTMLInputElement} */
  const zoom = h("input", {
    type: "range",
    min: 0,
    max: 100,
    style: "width:72px",
    "aria-label": "Timeline zoom",
    title: "Timeline zoom",
    oninput: () => {
      const most = app.document.count / Math.min(8, app.document.count);
      timeline.zoom(timeline.zoomed / (1 / most ** (Number(zoom.value) / 100)));
    },
  });
  const complete = h(
    "button",
    { class: "v-btn v-ghost v-text", type: "button", onclick: () => app.commands.complete() },
    icon("flag"),
    "Complete",
  );
  const draw = () => {
    const { frame, playing, range: chosen, rate: speed } = app.view.now;
    const { video, phase } = app.session.now;
    const ready = phase === "ready";
    for (const element of [...bar.querySelectorAll("button"), ...bar.querySelectorAll("input")])
      element.disabled = !ready;
    for (const element of [number, total, time, complete, rate, ...separators]) element.hidden = !ready;
    range.hidden = !chosen;
    rate.textContent = `${speed}×`;
    if (!ready || !video) return;
    number.value = String(frame);
    number.style.width = `${Math.max(4, String(video.count - 1).length) + 3}ch`;
    total.textContent = `/ ${video.count - 1}`;
    time.textContent = clock(secondsOf(video, frame), 2);
    fill(play, icon(playing ? "pause" : "play"));
    if (chosen)
      fill(
        range,
        `Range ${chosen[0]} – ${chosen[1]}`,
        h(
          "button",
          {
            type: "button",
            class: "v-cross",
            "aria-label": "Clear range",
            title: "Clear range",
            onclick: () => app.view.set({ range: null }),
          },
          icon("x", 12),
        ),
      );
    const { done, title } = completeWords(app);
    complete.classList.toggle("v-done", done);
    complete.setAttribute("aria-pressed", String(done));
    complete.title = title;
  };
  timeline.onzoom = () => {
    const most = Math.log(app.document.count / Math.min(8, app.document.count));
    zoom.value = String(most > 0 ? (-Math.log(timeline.zoomed) / most) * 100 : 0);
    zoom.style.setProperty("--p", `${zoom.value}%`);
  };
  const separators = [h("span", { class: "v-sep" }), h("span", { class: "v-sep" })];
  const bar = h(
    "div",
    { class: "v-transport" },
    ...["firstFrame", "previousKey", "previousFrame"].map((command) => button(command)),
    play,
    ...["nextFrame", "nextKey", "lastFrame"].map((command) => button(command)),
    h("span", { class: "v-frameplace" }, number, total, time),
    count,
    separators[0],
    rate,
    separators[1],
    complete,
    range,
    h("span", { class: "v-grow" }),
    legend(),
    iconButton("minus", "Timeline: zoom out", () => timeline.zoom(1 / 1.5)),
    zoom,
    iconButton("plus", "Timeline: zoom in", () => timeline.zoom(1.5)),
  );
  app.view.on(["frame", "playing", "range", "rate"], draw);
  app.preferences.on(["scope"], draw);
  // A stroke changes none of it; only that frames are complete can have changed.
  const other = whenOther();
  app.view.on(
    ["revision"],
    onceIdle(() => other([app.document.count, app.view.now.frame, completeWords(app).title], draw)),
  );
  app.session.on(["phase", "video"], draw);
  draw();
  timeline.onzoom();
  return bar;
}

/** The legend of the lanes, where there is room. */
function legend() {
  const part = (/** @type {string} */ name, /** @type {string} */ shape) => {
    const holder = h("span", {});
    // Constant markup.
    holder.innerHTML = `<svg width="22" height="10" fill="none" stroke="currentColor" aria-hidden="true">${shape}</svg>`;
    holder.append(name);
    return holder;
  };
  const box = (/** @type {number} */ opacity) =>
    `<rect x=".5" y=".5" width="21" height="9" rx="2" fill="currentColor" fill-opacity="${opacity}"/>`;
  return h(
    "div",
    { class: "v-legend" },
    part("drawn", box(1)),
    part("propagated", box(0.5)),
    part("interpolated", `${box(0.12)}<path d="M4 1v8M8 1v8M12 1v8M16 1v8"/>`),
    part("proposed", `${box(0.12)}<path d="M3 9l7-8M9 9l7-8M15 9l6-7"/>`),
    part("absent", '<path d="M1 5h20M1 2v6M21 2v6"/>'),
    part("unknown", '<path d="M1 5h20" stroke-dasharray="2 3"/>'),
  );
}
