// @ts-check
/**
 * The videos and categories of an export, and its numbers before it is made, below the fields of its form: they follow
 * the choices.
 */

import { fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { count } from "../kit/text.js";
import { currentProject, get, post } from "./data.js";
import { Picks } from "./picks.js";

/** The event after which the project may have other videos or masks. */
export const CHANGED = "v-content-changed";
const PAUSE = 250; // ms after the last change of a field

/**
 * @typedef {object} Numbers answer of `GET /data/projects/…/export-plan`, and `numbers` of a finished export
 * @property {number} videos
 * @property {number} frames
 * @property {number} tracks
 * @property {number} masks
 * @property {{inside: string[], outside: string[], taken_for_background: string[]}} sentences
 * @property {string} [reason] why nothing can be exported; the only property then
 */

/** The words of the form, and the keys of the request. @type {Record<string, Record<string, Record<string, unknown>>>} */
const CHOICES = {
  "v-export-what": { "Only reviewed masks": { reviewed_only: true } },
  "v-export-unknown": { "Leave out the video": { unknown: "videos" } },
  "v-export-ids": { "As they came": { ids: "came" }, "From 1": { ids: "counted" } },
  "v-export-version": { 2019: { version: "2019" }, 2021: { version: "2021" }, 2022: { version: "2022" } },
};
/** The hidden field of the form with the chosen names, as JSON. */
const CHOSEN = "v-export-chosen";

/** The choices of the form, as the body of a request. */
export function choices() {
  const found = Object.entries(CHOICES).map(([id, values]) => {
    const checked = inputs(id).find((input) => input.checked);
    return values[checked?.value ?? ""] ?? {};
  });
  const every = (inputs("v-export-stride")[0]?.value ?? "").trim();
  const names = inputs(CHOSEN)[0]?.value || "{}";
  return Object.assign({}, ...found, /^[1-9]\d*$/.test(every) ? { stride: Number(every) } : {}, JSON.parse(names));
}

/** Write the chosen names into the form, as a person would type them. @param {Record<string, string[]>} names */
function choose(names) {
  const field = inputs(CHOSEN)[0];
  if (!field) return;
  field.value = Object.keys(names).length ? JSON.stringify(names) : "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The inputs of a field of the form. @param {string} id */
function inputs(id) {
  const field = document.getElementById(id);
  const found = ["input", "textarea"].flatMap((name) => [...(field?.querySelectorAll(name) ?? [])]);
  return /** @type {HTMLInputElement[]} */ (found);
}

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-exportplan"));
  place.setAttribute("aria-live", "polite");
  let project;
  try {
    project = await currentProject();
  } catch (error) {
    return fill(place, h("p.v-note.bad", { role: "alert" }, icon("warn"), messageOf(error)));
  }
  if (!project) return;
  const address = `/data/projects/${encodeURIComponent(project)}`;
  const [picks, plan] = [h("div"), h("div")];
  fill(place, picks, plan);
  let asked = 0;
  const look = async () => {
    const turn = ++asked;
    try {
      const numbers = await post(`${address}/export-plan`, choices());
      if (turn !== asked) return;
      if (numbers.reason) fill(plan, h("p.v-note.warn", null, icon("warn"), numbers.reason));
      else fill(plan, ...planOf(numbers));
    } catch (error) {
      if (turn === asked) fill(plan, h("p.v-note.warn", null, icon("warn"), messageOf(error)));
    }
  };
  let waiting = 0;
  const changed = (/** @type {Event} */ event) => {
    const field = event.target instanceof HTMLElement ? event.target.closest("[id^=v-export-]") : null;
    if (!field) return;
    window.clearTimeout(waiting);
    waiting = window.setTimeout(look, PAUSE);
  };
  document.addEventListener("change", changed);
  document.addEventListener("input", changed);
  const pick = offering(picks, address);
  const again = () => Promise.all([look(), pick()]);
  window.addEventListener(CHANGED, again);
  // Masks may have been judged on another page meanwhile.
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && again());
  await again();
}

/**
 * A function that offers the project's videos and categories; names that were left out stay out when it is called again.
 *
 * @param {HTMLElement} place
 * @param {string} address of the project
 */
function offering(place, address) {
  let shown = "";
  const offered = new Picks(choose);
  return async () => {
    try {
      const { videos, categories } = /** @type {import("../kit/wire.js").Project} */ (await get(address));
      const names = JSON.stringify([videos, categories].map((list) => list.map((one) => one.name)));
      if (names !== shown) fill(place, offered.list("videos", videos), offered.list("categories", categories));
      shown = names;
    } catch (error) {
      shown = "";
      fill(place, h("p.v-note.warn", null, icon("warn"), messageOf(error)));
    }
  };
}

/** What the file will have, and what it will not, as elements. @param {Numbers} numbers */
export function planOf(numbers) {
  const amounts = /** @type {[number, string][]} */ ([
    [numbers.videos, numbers.videos === 1 ? "video" : "videos"],
    [numbers.frames, numbers.frames === 1 ? "frame" : "frames"],
    [numbers.tracks, numbers.tracks === 1 ? "track" : "tracks"],
    [numbers.masks, numbers.masks === 1 ? "mask" : "masks"],
  ]);
  const { inside, outside, taken_for_background: background } = numbers.sentences;
  return [
    h(
      "div.v-trio.v-four",
      null,
      ...amounts.map(([n, word]) => h("div", null, h("b", null, count(n)), h("span.v-t2", null, word))),
    ),
    sentencesOf("In the file", inside.slice(1)),
    sentencesOf("Left out", outside),
    sentencesOf("Background for a loader", background),
  ];
}

/** A heading and its sentences, null for none. @param {string} title @param {string[]} sentences */
function sentencesOf(title, sentences) {
  if (!sentences.length) return null;
  return h(
    "div.v-sentences",
    null,
    h("h3", null, title),
    h("ul", null, ...sentences.map((sentence) => h("li", null, sentence))),
  );
}
