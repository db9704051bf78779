// @ts-check
/** Corrections that look spoiled, before they are trained on: with their pictures, and the choice to leave them out. */

import { button, h, icon } from "../kit/dom.js";
import { count, plural } from "../kit/text.js";
import { address } from "./data.js";
import { masksOf } from "./plan.js";

const SHOWN = 12;

/**
 * @typedef {object} Suspicion a mask of a person that looks spoiled
 * @property {string} video id
 * @property {string} name of the video
 * @property {number} track its number
 * @property {number} frame
 * @property {string} mask its hash
 * @property {string} reason a sentence
 */
/**
 * @typedef {object} Check the latest check of the corrections
 * @property {boolean} running
 * @property {number|null} masks that were checked; null: no check has ended yet
 * @property {Suspicion[]} named those that nobody changed since, the most suspicious first
 * @property {number} [suspicious] how many they are, where not all of them are named
 * @property {boolean} outdated the project was edited after it
 * @property {string|null} problem why the last check failed
 */

/**
 * @typedef {object} RunCheck what the check at the beginning of a run found
 * @property {number} masks that were checked
 * @property {number} suspicious
 * @property {{video_id: string, video: string, track: number, frame: number, mask?: string, reason: string}[]} named
 */

/** More masks than these are checked only where a person asks for it, since that takes minutes. */
const MOST_UNASKED = 10_000;

/** Whether a check begins without being asked for: what is spoiled is named before it teaches. @param {import("./plan.js").Facts} facts */
export function checksUnasked({ plan, corrections: check }) {
  if (!check || plan.reason || check.running || check.problem) return false;
  return (check.masks === null || check.outdated) && masksOf(plan) <= MOST_UNASKED;
}

/** Whether all are listed; the page draws itself anew while a run is under way. */
let unfolded = false;

/**
 * @param {object} options
 * @param {Check|undefined} options.check
 * @param {string} options.project id
 * @param {boolean} options.leaveOut whether the next training leaves them out
 * @param {(leave: boolean) => void} options.choose
 * @param {() => void} options.begin starts a check
 * @param {() => void} options.changed draws the page anew
 */
export function suspicions({ check, project, leaveOut, choose, begin, changed }) {
  if (!check) return null;
  const { named, masks, running, outdated, problem } = check;
  const all = check.suspicious ?? named.length;
  const again = button(masks === null ? "Check corrections" : "Check again", {
    kind: "line",
    icon: "search",
    id: "v-check-corrections",
    disabled: running,
    onclick: begin,
  });
  const shown = unfolded ? named : named.slice(0, SHOWN);
  const more = () => {
    unfolded = true;
    changed();
  };
  return h(
    "section.v-card",
    { id: "v-suspicions" },
    h("header", null, h("h2.v-grow", null, "Corrections that look spoiled"), again),
    h("div.bd", null, h("p.v-t2", { role: "status" }, state(check)), problem ? h("p.v-badc", null, problem) : null),
    named.length ? h("ul.v-suspects", null, ...shown.map((one) => line(one, project))) : null,
    named.length
      ? h(
          "div.bd.v-row",
          null,
          h(
            "label.v-row",
            null,
            h("input", {
              type: "checkbox",
              id: "v-leave-out",
              checked: leaveOut,
              onchange: (/** @type {Event} */ event) => choose(/** @type {HTMLInputElement} */ (event.target).checked),
            }),
            `Leave ${all === 1 ? "this mask" : `these ${count(all)} masks`} out of the next training`,
          ),
          h("span.v-grow"),
          shown.length < named.length
            ? button(`Show ${named.length < all ? "the first" : "all"} ${count(named.length)}`, {
                kind: "ghost",
                onclick: more,
              })
            : null,
        )
      : null,
    outdated && !running && masks !== null
      ? h("p.bd.v-t3", null, "The project was edited since; the new masks are not checked yet.")
      : null,
  );
}

/** The card of the masks that looked spoiled when a run began, whether it trained on them or left them out; null where none did. @param {RunCheck|undefined} found @param {string} project id */
export function spoiledIn(found, project) {
  if (!found?.named.length) return null;
  const shown = found.named.slice(0, SHOWN).map((one) => ({ ...one, video: one.video_id, name: one.video }));
  const more = found.suspicious - shown.length;
  return h(
    "section.v-card",
    { id: "v-spoiled" },
    h("header", null, h("h2.v-grow", null, "Looked spoiled when it was trained")),
    h(
      "div.bd",
      null,
      h("p.v-t2", null, `${count(found.suspicious)} of ${plural(found.masks, "mask")} that this run was given.`),
    ),
    h("ul.v-suspects", null, ...shown.map((one) => line(one, project))),
    h("p.bd.v-t3", null, more > 0 ? `And ${count(more)} more.` : ""),
  );
}

/** The state of the check in a sentence. @param {Check} check */
function state({ running, masks, named, suspicious: all = named.length }) {
  if (running) return "The corrections are being checked …";
  if (masks === null)
    return "Masks that follow no edge of the picture, jump between tracks, or disagree with those before and after are named here before they teach.";
  if (!all) return `None of ${plural(masks, "mask")} looks spoiled.`;
  const looks = all === 1 ? "looks" : "look";
  return `${count(all)} of ${plural(masks, "mask")} ${looks} spoiled. Open ${all === 1 ? "it to correct it, or leave it" : "one to correct it, or leave them"} out.`;
}

/** @param {Omit<Suspicion, "mask"> & {mask?: string}} one without its hash there is no picture @param {string} project */
function line(one, project) {
  const query = { project, video: one.video, frame: String(one.frame), track: String(one.track) };
  const picture = new URLSearchParams({ frame: String(one.frame), mask: one.mask ?? "", track: String(one.track) });
  return h(
    "li",
    null,
    one.mask
      ? h("img", { src: `/data/videos/${encodeURIComponent(one.video)}/crop.jpg?${picture}`, alt: "", loading: "lazy" })
      : null,
    h(
      "div.v-grow",
      null,
      h("b.v-ell", { title: one.name }, one.name),
      h("div.v-t3", null, `track ${one.track}, frame ${one.frame}`),
      h("div.v-t2", null, one.reason),
    ),
    h(
      "a.v-btn",
      { href: address("/review", query), "aria-label": `Open ${one.name}, track ${one.track}, frame ${one.frame}` },
      icon("edit"),
      "Open",
    ),
  );
}
