// @ts-check
/** One track on the page of tracks: its crop, which opens the editor, and its facts; a press beside the crop selects. */

import { h, icon, swatch } from "../kit/dom.js";
import { plural } from "../kit/text.js";
import { REVIEW_STATES } from "../kit/words.js";
import { address } from "./data.js";
import { nameOf, scoreOf, sourcesOf } from "./trackwords.js";

/** @typedef {import("../kit/wire.js").TrackLine} TrackLine */

/**
 * @typedef {object} TileContext
 * @property {string} project id
 * @property {string} me the author's name of this browser
 * @property {(id: string|null) => string} category name of a category, "" where there is none
 * @property {(id: string, extend: boolean) => void} select called by a press, `extend` with Shift
 * @property {(id: string) => void} like called to sort by look-alike of this track
 */

/** Address of the editor at the track and its best frame. @param {string} project @param {TrackLine} track */
export const editorAddress = (project, { video, frame, first, number }) =>
  address("/review", { project, video: video.id, frame: String(frame ?? first ?? 0), track: String(number) });

/** @param {TrackLine} track */
const cropAddress = ({ video, frame, mask, number }) =>
  `/data/videos/${encodeURIComponent(video.id)}/crop.jpg?frame=${frame}&mask=${mask}&track=${number}`;

/** @param {TrackLine} track @param {TileContext} context */
export function tile(track, context) {
  const name = `Track ${track.number} of ${track.video.name}`;
  const press = (/** @type {MouseEvent} */ event) => {
    // With Ctrl or the middle button a link opens in a tab of its own.
    const link = /** @type {Element} */ (event.target).closest("a");
    if (link && !event.shiftKey) return;
    event.preventDefault();
    context.select(track.id, event.shiftKey);
  };
  const likePress = (/** @type {MouseEvent} */ event) => {
    event.stopPropagation();
    context.like(track.id);
  };
  const like = {
    type: "button",
    title: "Sort by look-alike",
    "aria-label": `Sort by look-alike of ${name}`,
    onclick: likePress,
  };
  const check = { role: "checkbox", "aria-checked": "false", "aria-label": `Select ${name}`, type: "button" };
  return h(
    "div.v-tc",
    { "data-track": track.id, onclick: press },
    h("a.v-tcpic", { href: editorAddress(context.project, track), title: `Open ${name}` }, picture(track, name)),
    h("button.v-tccheck", check, icon("check", 14)),
    track.mask === null ? null : h("button.v-tclike", like, icon("search", 14)),
    facts(track, context),
  );
}

/** @param {TrackLine} track @param {string} alt */
function picture(track, alt) {
  if (track.mask === null) return h("span.v-tcnone", null, icon("absent", 20), "No mask");
  const image = h("img", { src: cropAddress(track), alt, loading: "lazy", decoding: "async", draggable: "false" });
  image.addEventListener("error", () => image.replaceWith(h("span.v-tcnone", null, icon("film", 20), "No picture")));
  return image;
}

/** @param {TrackLine} track @param {TileContext} context */
function facts(track, { category, me }) {
  const state = REVIEW_STATES[track.state];
  const label = category(track.category);
  const frames = track.masks ? `, frames ${track.first} to ${track.last}` : "";
  const [who, sources] = [nameOf(track.author, me), sourcesOf(track.sources)];
  return h(
    "div.v-tcb",
    null,
    h(
      "div.v-row",
      null,
      swatch(track.number),
      h("b.v-ell.v-grow", { title: track.name ?? "" }, track.name ?? ""),
      h("span.v-chip.v-tccat", null, h("span.v-ell", { title: label }, label || "No category")),
    ),
    h(
      "div.v-row.v-t2",
      null,
      h("span.v-ell.v-grow", { title: track.video.name }, track.video.name),
      h("span.v-nowrap", { title: `${plural(track.masks, "mask")}${frames}` }, plural(track.masks, "mask")),
    ),
    h(
      "div.v-row",
      null,
      h("span.v-tcstate", { class: state.tone }, icon(state.icon, 14), state.word),
      h("span.v-grow"),
      h("span.v-t2", { title: "Score" }, scoreOf(track.score)),
    ),
    h(
      "div.v-ell.v-t3",
      { title: `Changed last by: ${who}. Sources: ${sources}` },
      [who, sources].filter(Boolean).join(" · "),
    ),
  );
}

/** A place whose track is not loaded yet. */
export const emptyTile = () => h("div.v-tc.v-tcempty", { "aria-hidden": "true" });

/** Show whether a tile is selected. @param {Element} node @param {boolean} on */
export function mark(node, on) {
  if (on) node.classList.add("on");
  else node.classList.remove("on");
  node.querySelector(".v-tccheck")?.setAttribute("aria-checked", String(on));
}
