// @ts-check
/** The popover that sets how picture and masks look; nothing of it changes data. */

import { h } from "../../kit/dom.js";
import { popover } from "../../kit/floating.js";
import { PREFERENCES } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {"opacity"|"brightness"|"contrast"|"gamma"} Amount */
/** @typedef {"filled"|"outlines"|"ghost"|"grid"} Switch */

/** @type {readonly [Amount, string, number, number][]} name, label, least, most */
const AMOUNTS = Object.freeze([
  ["opacity", "Mask opacity", 0, 100],
  ["brightness", "Brightness", -100, 100],
  ["contrast", "Contrast", -100, 100],
  ["gamma", "Gamma", -100, 100],
]);
/** @type {readonly [Switch, string][]} */
const SWITCHES = Object.freeze([
  ["filled", "Fill masks"],
  ["outlines", "Lines of other tracks"],
  ["ghost", "Ghost of the frame before"],
  ["grid", "Grid of pixels when zoomed in"],
]);

/** @param {Editor} app @param {readonly [Amount, string, number, number]} amount */
function amountRow({ preferences }, [name, label, least, most]) {
  const value = h("span", { class: "v-t2 v-num3" });
  /** @type {HTMLInputElement} */
  const slider = h("input", {
    type: "range",
    min: least,
    max: most,
    step: 1,
    "aria-label": label,
    autofocus: name === AMOUNTS[0][0],
    oninput: () => preferences.set({ [name]: Number(slider.value) }),
    ondblclick: () => preferences.set({ [name]: PREFERENCES[name] }),
  });
  const draw = () => {
    const now = preferences.now[name];
    slider.value = String(now);
    slider.style.setProperty("--p", `${(100 * (now - least)) / (most - least)}%`);
    value.textContent = name === "opacity" ? `${now} %` : `${now > 0 ? "+" : ""}${now}`;
  };
  draw();
  return {
    element: h("label.v-lookrow", null, h("span", null, label), slider, value),
    stop: preferences.on([name], draw),
  };
}

/** @param {Editor} app @param {readonly [Switch, string]} switched */
function switchRow({ preferences }, [name, label]) {
  const toggle = () => preferences.set({ [name]: !preferences.now[name] });
  const element = h("button.v-switch.v-lookswitch", { type: "button", role: "switch", onclick: toggle }, label);
  const draw = () => element.setAttribute("aria-checked", String(preferences.now[name]));
  draw();
  return { element, stop: preferences.on([name], draw) };
}

/** @param {Editor} app */
export function showLook(app) {
  const anchor = app.root.querySelector('.v-viewrail [data-command="look"]');
  if (!anchor) return;
  const rows = [
    ...AMOUNTS.map((amount) => amountRow(app, amount)),
    ...SWITCHES.map((switched) => switchRow(app, switched)),
  ];
  const again = () => {
    for (const [name] of AMOUNTS) app.preferences.set({ [name]: PREFERENCES[name] });
  };
  const reset = h("button.v-btn.v-ghost", { type: "button", onclick: again }, "Reset");
  const content = h(
    "div.v-lookpanel",
    null,
    rows.map(({ element }) => element),
    reset,
  );
  popover(anchor, content, {
    label: "Look of picture and masks",
    width: 300,
    align: "end",
    onclose: () => rows.forEach(({ stop }) => stop()),
  });
}
