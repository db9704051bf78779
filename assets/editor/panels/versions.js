// @ts-check
/** Earlier versions of the selected track, each with a picture and its author; a chosen one is compared and restored. */

import { api, frameAddress } from "../api.js";
import { authorWords } from "../../kit/author.js";
import { fill, h, icon } from "../../kit/dom.js";
import { popover } from "../../kit/floating.js";
import { messageOf } from "../../kit/request.js";
import { ago } from "../../kit/text.js";
import { bounds, parse } from "../masks/rle.js";
import { outlinePath } from "../masks/outline.js";
import { colourNumber, colourOf } from "../../look/palette.js";
import { openVideo } from "../state.js";
import { keysOf } from "./category.js";
import { KINDS } from "../../kit/kinds.js";
import { anchorIn } from "./partner.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").VersionLine} VersionLine */

/** Size of a picture, CSS pixels, and the room around the mask in it, as a share of the mask's longer side. */
const [WIDTH, HEIGHT, ROOM] = [72, 48, 0.35];
/** Width of the frame that a picture is cut out of, pixels. */
const SOURCE = 640;

/** Versions of one answer. */
const PAGE = 60;

/** @param {Editor} app */
export function openVersions(app) {
  const { track, document: opened } = app;
  const anchor = anchorIn(app);
  if (!track) return;
  const title = `Versions of track ${track.number}`;
  const list = h("div.v-categorylist.v-versions", {
    role: "menu",
    "aria-label": title,
    tabindex: "-1",
    autofocus: true,
  });
  fill(list, h("p.v-nothing", null, "Reading the history"));
  /** @type {{element: HTMLElement, run: () => void}[]} */
  let entries = [];
  let at = 0;
  const move = (/** @type {number} */ to) => {
    entries[at]?.element.removeAttribute("data-at");
    at = entries.length ? (to + entries.length) % entries.length : 0;
    entries[at]?.element.setAttribute("data-at", "");
    entries[at]?.element.scrollIntoView({ block: "nearest" });
  };
  const restore = (/** @type {number} */ number) => {
    close();
    app.registry.run("restore", { track: track.id, number });
  };
  const onkeydown = keysOf({
    input: h("input", { type: "text" }),
    count: () => entries.length,
    step: (by) => move(at + by),
    run: (i) => entries[i ?? at]?.run(),
  });
  const content = h("div.v-categories", { onkeydown }, h("h3.v-poptitle", null, title), list);
  const close = popover(anchor, content, { label: title, width: 340 });
  /** @type {{number: number, element: HTMLElement, run: () => void}[]} the newest first, which is the present state */
  const rows = [];
  const add = (/** @type {VersionLine} */ line) => {
    const run = () => restore(line.number);
    rows.push({ number: line.number, element: rowOf(app, track, line, rows.length ? run : null), run });
  };
  const more = { element: older(() => void load()), run: () => void load() };
  const show = (/** @type {boolean} */ goesOn) => {
    entries = [...rows.slice(1), ...(goesOn ? [more] : [])];
    const none = h("p.v-nothing", null, "This track has no earlier version.");
    const focused = list.contains(document.activeElement);
    fill(list, entries.length ? [rows[0], ...entries].map(({ element }) => element) : none);
    // The entry that was clicked lost the focus; the list has the keys.
    if (focused) list.focus({ preventScroll: true });
    move(at);
  };
  const load = async () => {
    const last = rows.at(-1)?.number;
    try {
      const { versions } = await api.versions(openVideo(app.session).id, track.id, PAGE, last);
      // A second press on "older" asks for the same ones.
      if (!list.isConnected || app.document !== opened || rows.at(-1)?.number !== last) return;
      versions.forEach(add);
      show(versions.length === PAGE);
    } catch (error) {
      if (rows.length) show(true);
      else fill(list);
      list.append(h("p.v-bad", null, messageOf(error)));
    }
  };
  void load();
}

/** The entry at the end of a long list. @param {() => void} onclick */
const older = (onclick) =>
  h(
    "button.v-item",
    { type: "button", role: "menuitem", tabindex: "-1", onclick },
    icon("clock"),
    "Show older versions",
  );

/** @param {Editor} app @param {import("../document/document.js").Track} track @param {VersionLine} line @param {(() => void)|null} onclick null for the present state */
function rowOf(app, track, line, onclick) {
  const [image, word] = KINDS[line.kind] ?? ["clock", line.kind];
  const where = line.frame === null ? "" : `, frame ${line.frame}`;
  const who = `${authorWords(line.author, app.author)}, ${ago(line.created)}${line.undone ? ", undone since" : ""}`;
  const parts = [
    picture(app, colourNumber(track), line),
    h(
      "span.v-grow",
      null,
      h("span.v-versionname", null, icon(image, 16, "v-t3"), h("span.v-b.v-ell", null, `${word}${where}`)),
      h("span.v-t3.v-ell", null, who),
    ),
    onclick ? null : h("span.v-chip", null, "now"),
  ];
  if (!onclick) return h("div.v-versionrow", { "data-number": line.number }, parts);
  return h(
    "button.v-item.v-versionrow",
    { type: "button", role: "menuitem", tabindex: "-1", "data-number": line.number, onclick },
    parts,
  );
}

/** A mask of a version on its frame, cut out; a broken line where it went away. @param {Editor} app @param {number} number @param {VersionLine} line */
function picture(app, number, { frame, mask, gone }) {
  const ratio = devicePixelRatio || 1;
  const canvas = h("canvas.v-versionpicture", { width: WIDTH * ratio, height: HEIGHT * ratio, "aria-hidden": "true" });
  if (frame === null || mask === null) return canvas;
  const { height, width } = app.document;
  const runs = parse(mask);
  const box = bounds(runs, height);
  const context = canvas.getContext("2d");
  if (!box || !context) return canvas;
  const [x0, y0, x1, y1] = cutOut(box);
  const scale = (WIDTH * ratio) / (x1 - x0);
  context.setTransform(scale, 0, 0, scale, -x0 * scale, -y0 * scale);
  const image = new Image();
  image.onload = () => {
    context.drawImage(image, 0, 0, width, height);
    const path = outlinePath(runs, height, width);
    context.fillStyle = context.strokeStyle = colourOf(number);
    context.globalAlpha = 0.4;
    if (!gone) context.fill(path);
    context.globalAlpha = 1;
    context.lineWidth = (1.5 * ratio) / scale;
    if (gone) context.setLineDash([(4 * ratio) / scale, (3 * ratio) / scale]);
    context.stroke(path);
  };
  image.src = frameAddress(openVideo(app.session), frame, SOURCE);
  return canvas;
}

/**
 * The part of the picture around a box, in the shape of the pictures of the list.
 * @param {[number, number, number, number]} box x0, y0, x1, y1 @returns {[number, number, number, number]}
 */
export function cutOut([x0, y0, x1, y1]) {
  const room = Math.max(x1 - x0, y1 - y0) * ROOM + 4;
  const [across, down] = [x1 - x0 + 2 * room, y1 - y0 + 2 * room];
  const width = Math.max(across, (down * WIDTH) / HEIGHT);
  const height = (width * HEIGHT) / WIDTH;
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
}
