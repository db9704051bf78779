// @ts-check
/** Paints the lanes and the ruler: all that stays where it is while the frame changes. */

import { colourNumber, colourOf } from "../../look/palette.js";
import { openComments } from "../document/comments.js";
import { laneOf } from "../document/lanes.js";
import { openErrors } from "../document/likelyerrors.js";
import { openVideo } from "../state.js";
import { paintDrafts } from "./drafts.js";
import { identity } from "./kept.js";
import { marksOf, paintLaneComments, paintMarks } from "./marks.js";
import { paintLane, RULER } from "./paint.js";

/** @typedef {import("../document/document.js").Track} Track */
/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {import("./timeline.js").Timeline} Timeline */

/**
 * All that the painting depends on but the lanes, as a text.
 * @param {Timeline} timeline @param {Sheet} s @param {readonly Track[]|null} list null without a video
 * @returns {string} empty while something is dragged or computed, which differs in every painting
 */
export function shownIn({ app, dragged, scroll }, s, list) {
  const { comments, likely, marks, preview, range, selected } = app.view.now;
  if (preview || dragged) return "";
  const { project, video } = app.session.now;
  const parts = [app.document, comments, likely, project, video].map(identity);
  const place = [s.width, s.height, s.lane, s.label, s.x(0), s.x(1), s.first, s.last, s.light, s.font, scroll];
  const text = list && cornerText(app, list);
  const complete = [...app.document.complete.values()];
  return JSON.stringify([...parts, ...place, complete, marks, range, selected, text, devicePixelRatio]);
}

/** First lane in sight, and the one past the last. @param {Timeline} timeline @param {Sheet} s @param {number} count of lanes */
const inSight = ({ scroll }, s, count) => [
  Math.floor(scroll / s.lane),
  Math.min(count, Math.ceil((scroll + s.height - RULER) / s.lane)),
];

/**
 * What each lane in sight shows, as texts.
 * @param {Timeline} timeline @param {Sheet} s @param {readonly Track[]|null} list null without a video
 */
export function lanesIn(timeline, s, list) {
  const { app } = timeline;
  const { hidden, likely, revision } = app.view.now;
  const frames = list ? openErrors(app.document, likely, revision).frames : new Map();
  return (list ?? []).slice(...inSight(timeline, s, list?.length ?? 0)).map((track) => {
    const faint = hidden.has(track.id) || track.rejected;
    const words = [track.id, track.number, colourNumber(track), app.title(track), faint, frames.get(track.id) ?? 0];
    return JSON.stringify([identity(laneOf(track)), ...words]);
  });
}

/**
 * Paint some of the lanes in sight anew, on what stands.
 * @param {Timeline} timeline @param {Sheet} s @param {Track[]} list @param {readonly number[]} rows places in `lanesIn`
 */
export function paintAgain(timeline, s, list, rows) {
  const { g } = s;
  const [from] = inSight(timeline, s, list.length);
  for (const row of rows) {
    const top = RULER + (from + row) * s.lane - timeline.scroll;
    const [above, below] = [Math.max(RULER, Math.floor(top)), Math.ceil(top + s.lane)];
    g.save();
    g.beginPath();
    g.rect(0, above, s.width, below - above);
    g.clip();
    g.clearRect(0, above, s.width, below - above);
    // Its neighbours, too: where lanes end between two pixels they share one.
    paintStill(timeline, s, list, [from + row - 1, from + row + 2]);
    g.restore();
  }
}

/** @param {Timeline["app"]} app @param {readonly Track[]} list */
function cornerText({ rows }, { length }) {
  const reading = rows && !rows.whole ? `, reading ${Math.floor(100 * rows.share)} %` : "";
  return `${length} track${length === 1 ? "" : "s"}${reading}`;
}

/**
 * @param {Timeline} timeline @param {Sheet} s cleared @param {Track[]|null} list null without a video
 * @param {[number, number]} [only] first lane to paint, and the one past the last
 */
export function paintStill(timeline, s, list, only) {
  const { g, css } = s;
  g.fillStyle = css("bg");
  g.fillRect(0, 0, s.width, RULER);
  if (list) paintLanes(timeline, s, list, only ?? [0, list.length]);
  g.strokeStyle = css("line");
  g.beginPath();
  g.moveTo(s.label + 0.5, 0);
  g.lineTo(s.label + 0.5, s.height);
  g.moveTo(0, RULER - 0.5);
  g.lineTo(s.width, RULER - 0.5);
  g.stroke();
}

/** @param {Timeline} timeline @param {Sheet} s @param {Track[]} list @param {[number, number]} only */
function paintLanes(timeline, s, list, only) {
  const { app, dragged, labels: texts, scroll } = timeline;
  const { g, css } = s;
  const { selected, range, hidden } = app.view.now;
  const [from, to] = inSight(timeline, s, list.length);
  const top = (/** @type {number} */ i) => RULER + i * s.lane - scroll;
  g.save();
  g.beginPath();
  g.rect(0, RULER, s.width, s.height - RULER);
  g.clip();
  for (let i = from; i < to; i += 1) {
    if (list[i].id === selected) {
      g.globalAlpha = 0.55;
      g.fillStyle = css("ac-soft");
      g.fillRect(s.label, top(i), s.width, s.lane);
      g.globalAlpha = 1;
    } else if (i % 2) {
      g.fillStyle = css("lane-alt");
      g.fillRect(0, top(i), s.width, s.lane);
    }
  }
  const labels = list.slice(from, to).map((track, i) => ({
    number: track.number,
    colour: colourOf(colourNumber(track)),
    title: app.title(track),
    top: top(from + i),
    selected: track.id === selected,
    faint: hidden.has(track.id) || track.rejected,
  }));
  texts.paintNames(s, labels);
  g.restore();
  g.save();
  g.beginPath();
  g.rect(s.label + 1, 0, s.width, s.height);
  g.clip();
  texts.paintRuler(s);
  const complete = [...app.document.complete.values()];
  const comments = openComments(app.view.now.comments);
  paintMarks(s, { ...marksOf(openVideo(app.session)), range, complete, comments });
  g.save();
  g.beginPath();
  g.rect(s.label + 1, RULER, s.width, s.height - RULER);
  g.clip();
  const likely = openErrors(app.document, app.view.now.likely, app.view.now.revision);
  const drafts = [...(app.view.now.preview?.marks ?? []), ...(dragged ? [dragged] : [])];
  for (let i = Math.max(from, only[0]); i < Math.min(to, only[1]); i += 1) {
    paintLane(s, list[i], top(i), likely.frames.get(list[i].id));
    const about = comments.filter(({ track }) => track === list[i].id);
    if (about.length) paintLaneComments(s, about, top(i));
    const own = drafts.filter(({ track }) => track === list[i].id);
    if (own.length) paintDrafts(s, own, top(i));
  }
  g.restore();
  g.restore();
  texts.paintCorner(s, cornerText(app, app.document.list()));
  const need = list.length * s.lane;
  const room = s.height - RULER;
  if (need > room + 2) {
    g.fillStyle = css("ctl-line");
    g.globalAlpha = 0.7;
    g.beginPath();
    g.roundRect(s.width - 6, RULER + 3 + (scroll / need) * (room - 6), 4, (room - 6) * (room / need), 2);
    g.fill();
    g.globalAlpha = 1;
  }
}
