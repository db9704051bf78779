// @ts-check
/** Marks on the ruler: gaps, scene cuts, damage, frames that are not counted yet, the range and complete ranges. */

import { secondsAt } from "../playback.js";
import { RULER } from "./paint.js";

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {import("../../kit/wire.js").Gap} Gap */
/** @typedef {Pick<import("../../kit/wire.js").Video, "gaps"|"cuts"|"damage"|"confirmed"|"count">} Marked */
/** @typedef {Marked & {pts: number[], time_base: [number, number]}} MarkedVideo */
/**
 * @typedef {object} Marks
 * @property {[number, number]|null} range frames, both in
 * @property {{start: number, stop: number}[]} complete
 * @property {readonly import("../../kit/wire.js").Comment[]} [comments] open ones
 * @property {Gap[]} gaps
 * @property {number[]} cuts frames at which a new scene begins
 * @property {{start: number, stop: number}[]} damage
 * @property {number} confirmed frames from the front whose number is final
 * @property {number} count
 */

/** Marks nearer to each other than this are one, pixels. */
const APART = 3;
/** How near the pointer must be, pixels. */
const NEAR = 4;

/** The marks of a video. @param {Marked} video @returns {Omit<Marks, "range"|"complete"|"comments">} */
export function marksOf(video) {
  const { gaps = [], cuts = [], damage = [], confirmed = video.count, count } = video;
  return { gaps, cuts, damage, confirmed, count };
}

/** @param {Sheet} s @param {Marks} marks */
export function paintMarks(s, marks) {
  const { g, css } = s;
  paintUncounted(s, marks);
  paintDamage(s, marks.damage);
  g.fillStyle = css("okf");
  for (const part of marks.complete) g.fillRect(s.x(part.start), RULER - 3, s.x(part.stop) - s.x(part.start), 3);
  paintCuts(s, marks.cuts);
  paintGaps(s, marks.gaps);
  paintComments(s, marks.comments ?? []);
  if (marks.range) paintRange(s, marks.range);
}

/** Frames whose number may still change: hatched. @param {Sheet} s @param {Marks} marks */
function paintUncounted(s, { confirmed, count }) {
  if (confirmed >= count) return;
  const { g, css } = s;
  const [x0, x1] = [Math.max(s.label, s.x(confirmed)), Math.min(s.width, s.x(count))];
  if (x1 <= x0) return;
  g.save();
  g.beginPath();
  g.rect(x0, RULER, x1 - x0, s.height - RULER);
  g.clip();
  g.strokeStyle = css("line");
  g.beginPath();
  for (let x = Math.floor((x0 - s.height) / 8) * 8; x < x1; x += 8) {
    g.moveTo(x, s.height);
    g.lineTo(x + s.height - RULER, RULER);
  }
  g.stroke();
  g.restore();
  g.fillStyle = css("line2");
  g.fillRect(x0, RULER - 3, x1 - x0, 3);
}

/** @param {Sheet} s @param {{start: number, stop: number}[]} damage */
function paintDamage(s, damage) {
  const { g, css } = s;
  g.fillStyle = css("warnf");
  g.globalAlpha = 0.45;
  for (const { start, stop } of damage) g.fillRect(s.x(start), RULER - 7, Math.max(2, s.x(stop) - s.x(start)), 3);
  g.globalAlpha = 1;
}

/** A new scene: a line through the lanes and a notch in the ruler. @param {Sheet} s @param {number[]} cuts */
function paintCuts(s, cuts) {
  const { g, css } = s;
  g.strokeStyle = css("ctl-line");
  g.fillStyle = css("tx2");
  let painted = -Infinity;
  for (const cut of cuts) {
    const x = Math.round(s.x(cut)) + 0.5;
    if (x < s.label || x > s.width || x < painted + APART) continue;
    painted = x;
    g.beginPath();
    g.moveTo(x - 4, RULER - 9);
    g.lineTo(x + 4, RULER - 9);
    g.lineTo(x, RULER - 3);
    g.closePath();
    g.fill();
    g.setLineDash([1, 3]);
    g.beginPath();
    g.moveTo(x, RULER - 3);
    g.lineTo(x, s.height);
    g.stroke();
    g.setLineDash([]);
  }
}

/** Pictures are missing here: two bars with a space between them. @param {Sheet} s @param {Gap[]} gaps */
function paintGaps(s, gaps) {
  const { g, css } = s;
  g.fillStyle = css("warnf");
  let painted = -Infinity;
  for (const { after } of gaps) {
    const x = Math.round(s.x(after + 1));
    if (x < s.label || x > s.width || x < painted + APART) continue;
    painted = x;
    g.fillRect(x - 3, RULER - 12, 2, 12);
    g.fillRect(x + 1, RULER - 12, 2, 12);
    g.globalAlpha = 0.35;
    g.fillRect(x - 0.5, RULER, 1, s.height - RULER);
    g.globalAlpha = 1;
  }
}

/** A speech bubble at the foot of the ruler, below the numbers, for each frame with an open comment. @param {Sheet} s @param {readonly import("../../kit/wire.js").Comment[]} comments */
function paintComments(s, comments) {
  const { g, css } = s;
  g.fillStyle = css("ac");
  let painted = -Infinity;
  for (const { frame } of comments) {
    const x = Math.round(s.x(frame + 0.5));
    if (x < s.label || x > s.width || x < painted + APART) continue;
    painted = x;
    g.beginPath();
    g.roundRect(x - 4, RULER - 9, 8, 6, 2);
    g.moveTo(x - 2, RULER - 3);
    g.lineTo(x + 2, RULER - 3);
    g.lineTo(x - 2, RULER);
    g.fill();
  }
}

/** Open comments on a track: a dot on its lane. @param {Sheet} s @param {readonly import("../../kit/wire.js").Comment[]} comments of this track @param {number} top */
export function paintLaneComments(s, comments, top) {
  const { g, css } = s;
  for (const { frame } of comments) {
    const x = s.x(frame + 0.5);
    if (x < s.label || x > s.width) continue;
    g.beginPath();
    g.arc(x, top + 4, 3, 0, 2 * Math.PI);
    g.fillStyle = css("ac");
    g.fill();
    g.lineWidth = 1.5;
    g.strokeStyle = css("panel");
    g.stroke();
  }
}

/** @param {Sheet} s @param {[number, number]} range */
function paintRange(s, range) {
  const { g, css } = s;
  const [x0, x1] = [s.x(range[0]), s.x(range[1] + 1)];
  g.fillStyle = css("ac");
  g.globalAlpha = 0.13;
  g.fillRect(x0, RULER, x1 - x0, s.height);
  g.globalAlpha = 0.45;
  g.fillRect(x0, RULER - 5, x1 - x0, 5);
  g.globalAlpha = 1;
  g.fillRect(x0 - 1, RULER - 9, 3, 9);
  g.fillRect(x1 - 2, RULER - 9, 3, 9);
}

/**
 * The marks of the ruler at a place, in words.
 * @param {Pick<Sheet, "x"|"frameAt">} s
 * @param {number} x CSS pixels
 * @param {MarkedVideo} video
 * @param {Marks["comments"]} [comments] open ones
 * @returns {string[]} one line a mark, gaps first; empty where there is none
 */
export function wordsAt(s, x, video, comments = []) {
  const { gaps, cuts, damage, confirmed, count } = marksOf(video);
  const near = (/** @type {number} */ frame) => Math.abs(s.x(frame) - x) <= NEAR;
  const frame = Math.floor(s.frameAt(x));
  const lines = gaps.filter((gap) => near(gap.after + 1)).map((gap) => gapWords(gap, video));
  lines.push(...cuts.filter(near).map((cut) => `Scene cut: a new scene begins at frame ${cut}`));
  for (const { start, stop } of damage) {
    if (frame >= start && frame < stop) lines.push(`Frames ${start} to ${stop - 1} are damaged in part`);
  }
  if (frame >= confirmed && frame < count) {
    lines.push(`Not counted yet: the numbers from ${confirmed} on may still change, masks wait until then`);
  }
  // The bubble stands in the middle of its frame.
  lines.push(...comments.filter(({ frame: at }) => near(at + 0.5)).map(({ text }) => `Comment: ${text}`));
  return lines;
}

/** @param {Gap} gap @param {MarkedVideo} video */
function gapWords({ after, reason, start, end }, video) {
  const place = after < 0 ? "before the first frame" : `after frame ${after}`;
  if (typeof start !== "number") return `Gap ${place}: ${reason}`;
  const stop = end ?? start;
  const seconds = (/** @type {number} */ pts) => secondsAt(video, pts).toFixed(2);
  const ticks = start === stop ? `pts ${start}` : `pts ${start} to ${stop}`;
  return `Gap ${place}: ${reason} (${seconds(start)} to ${seconds(stop)} s, ${ticks})`;
}
