// @ts-check
/**
 * Half drawn outlines. Each belongs to a tool, a frame and a track, and stays there until it is finished or thrown away:
 * another frame, tool or track only leaves it behind, and it is drawn as a faint broken line where it waits.
 */

import { colourOf } from "../../look/palette.js";
import * as contours from "../masks/contour.js";
import { polygonRegion } from "../masks/region.js";
import { drawRegion, layersOf, mayDraw, modeOf, targetOf } from "./stroke.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../masks/contour.js").Contour} Contour */
/** @typedef {import("../masks/contour.js").Place} Place */
/** @typedef {import("./layers.js").Layers} Layers */

/**
 * @typedef {object} Kept
 * @property {string} tool name
 * @property {import("./stroke.js").Stroke} stroke where it goes
 * @property {Contour} contour
 * @property {boolean} inverse Alt or the right button began it
 * @property {readonly Place[]} ahead the line from the last anchor to the pointer; empty while it is elsewhere
 * @property {boolean} thrown whether Escape threw it away; undo brings it back until something else is drawn
 */

/** Screen pixels around the first anchor that close an outline. */
export const NEAR = 9;

/** The outline of a tool on this frame and track. @param {Editor} app @param {string} tool @returns {Kept|undefined} */
export function contourOf(app, tool) {
  const target = targetOf(app);
  return app.layers?.contours.find(
    (kept) =>
      !kept.thrown && kept.tool === tool && kept.stroke.frame === target?.frame && kept.stroke.track === target.track,
  );
}

/** Those that wait elsewhere: on another frame or track, or for another tool. @param {Editor} app @returns {Kept[]} */
export function contoursElsewhere(app) {
  const here = contourOf(app, app.view.now.tool);
  return app.layers?.contours.filter((kept) => kept !== here && !kept.thrown) ?? [];
}

/** @param {Editor} app */
function changed(app) {
  app.layers?.redrawLive();
  app.layers?.oncontours();
  app.view.set({ contours: app.view.now.contours + 1 });
}

/** Begin an outline. @param {Editor} app @param {string} tool @param {Place} anchor @param {boolean} inverse @returns {Kept|null} */
export function beginContour(app, tool, anchor, inverse) {
  const stroke = mayDraw(app) ? targetOf(app) : null;
  if (!stroke) return null;
  const layers = layersOf(app);
  const kept = { tool, stroke, contour: contours.added(contours.EMPTY, anchor), inverse, ahead: [], thrown: false };
  layers.contours = [...layers.contours.filter(({ thrown }) => !thrown), kept];
  changed(app);
  return kept;
}

/** @param {Editor} app @param {Kept} kept @param {Contour} contour an empty one ends the outline */
export function setContour(app, kept, contour) {
  kept.contour = contour;
  const layers = layersOf(app);
  if (!contour.anchors.length && !contour.taken.length) layers.contours = layers.contours.filter((one) => one !== kept);
  changed(app);
}

/** Show the line to the pointer. @param {Editor} app @param {Kept} kept @param {readonly Place[]} ahead */
export function lookAhead(app, kept, ahead) {
  kept.ahead = ahead;
  app.layers?.redrawLive();
}

/** Fill an outline; fewer than three points enclose nothing, and it goes on. @param {Editor} app @param {Kept} kept */
export function finishContour(app, kept) {
  const { height, width } = app.document;
  if (!contours.encloses(kept.contour)) {
    app.toast({ icon: "polygon", title: "Three points at least", text: "The outline is kept.", name: "outline" });
    return;
  }
  const region = polygonRegion(contours.lineOf(kept.contour), height, width);
  // It stays where the track is locked by now, or where its frame is still on its way.
  if (!drawRegion(app, region, modeOf(app, kept.inverse), kept.tool)) return;
  discardContour(app, kept);
}

/** @param {Editor} app @param {Kept} kept */
export function discardContour(app, kept) {
  const layers = layersOf(app);
  layers.contours = layers.contours.filter((one) => one !== kept);
  changed(app);
}

/** Throw an outline away; undo brings it back. @param {Editor} app @param {Kept} kept */
export function throwContour(app, kept) {
  kept.thrown = true;
  kept.ahead = [];
  changed(app);
}

/** Bring back the outline that Escape threw away here. @param {Editor} app @returns {boolean} false where there is none */
export function bringBackContour(app) {
  const target = targetOf(app);
  const kept = app.layers?.contours
    .filter(({ thrown, stroke }) => thrown && stroke.frame === target?.frame && stroke.track === target.track)
    .at(-1);
  if (!kept) return false;
  kept.thrown = false;
  app.view.set({ tool: kept.tool });
  changed(app);
  return true;
}

/** Go to an outline that waits elsewhere, with its tool and track. @param {Editor} app @param {Kept} kept */
export function goToContour(app, { stroke, tool }) {
  app.commands.goto(stroke.frame);
  const { newTrack } = stroke;
  const made = app.document.tracks.has(stroke.track);
  app.view.set({ tool, newTrack: made ? null : newTrack, selected: made ? stroke.track : null });
  app.layers?.redrawLive();
}

/** Draw the outlines of the shown frame. @param {Layers} layers @param {CanvasRenderingContext2D} context in picture pixels */
export function drawContours(layers, context) {
  const { frame, newTrack, selected, tool } = layers.view.now;
  for (const kept of layers.contours) {
    if (kept.thrown || kept.stroke.frame !== layers.shownFrame || frame !== layers.shownFrame) continue;
    const active = kept.tool === tool && kept.stroke.track === (newTrack?.id ?? selected);
    drawContour(layers, context, kept, active);
  }
}

/** @param {Layers} layers @param {CanvasRenderingContext2D} context @param {Kept} kept @param {boolean} active whether clicks go on with it */
function drawContour(layers, context, { ahead, contour, stroke }, active) {
  const unit = 1 / layers.viewport.scale;
  const line = contours.lineOf(contour);
  const number = layers.document.tracks.get(stroke.track)?.number ?? stroke.newTrack?.number ?? 1;
  const points = active ? [...line, ...ahead] : line;
  if (!points.length) return;
  context.setLineDash(active ? [] : [4 * unit, 4 * unit]);
  haloLine(context, points, unit, active ? "#FFFFFF" : colourOf(number));
  if (active && points.length > 2) {
    // The side that closing would add.
    context.setLineDash([3 * unit, 4 * unit]);
    context.globalAlpha = 0.6;
    haloLine(context, [points[points.length - 1], points[0]], unit, "#FFFFFF");
    context.globalAlpha = 1;
  }
  context.setLineDash([]);
  if (!active) return;
  const last = ahead[ahead.length - 1];
  const closing = last !== undefined && contours.closes(contour, last, NEAR * unit);
  contour.anchors.forEach((anchor, i) => {
    const large = i === 0 && contours.encloses(contour);
    corner(
      context,
      anchor,
      unit * (large ? (closing ? 6 : 4.5) : 3),
      large && closing ? "#FFFFFF" : colourOf(number),
      unit,
    );
  });
}

/** @param {CanvasRenderingContext2D} context @param {readonly Place[]} points @param {number} unit @param {string} colour */
export function haloLine(context, points, unit, colour) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.strokeStyle = "rgba(0, 0, 0, 0.5)";
  context.lineWidth = 3.5 * unit;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * unit;
  context.stroke();
}

/** Show the line of a tool, null for none. @param {Layers} layers @param {readonly Place[]|null} line */
export function sketchLine(layers, line) {
  const unit = 1 / layers.viewport.scale;
  layers.sketch = line && ((context) => haloLine(context, line, unit, "#FFFFFF"));
  layers.redrawLive();
}

/** @param {CanvasRenderingContext2D} context @param {Place} at @param {number} radius @param {string} colour @param {number} unit */
function corner(context, [x, y], radius, colour, unit) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 3 * unit;
  context.strokeStyle = "rgba(0, 0, 0, 0.5)";
  context.stroke();
  context.lineWidth = 1.5 * unit;
  context.strokeStyle = "#FFFFFF";
  context.stroke();
}
