// @ts-check
/** The texts of the timeline, which stay the same in most paintings: names of the lanes, ruler, what stands above the names. */

import { KeptPaint } from "./kept.js";
import { paintLabel, paintRuler, RULER } from "./paint.js";

/** @typedef {import("./paint.js").Sheet} Sheet */
/** @typedef {Parameters<typeof paintLabel>[1]} Label */

/** Colours by their tokens. @param {Sheet} s @param {string[]} names */
const colours = (s, ...names) => names.map(s.css);

export class Labels {
  constructor() {
    this.names = new KeptPaint();
    this.corner = new KeptPaint();
    this.ruler = new KeptPaint();
  }

  /** @param {Sheet} s @param {Label[]} labels those in sight */
  paintNames(s, labels) {
    const shown = [s.lane, colours(s, "ac-soft", "ac", "tx1", "tx2"), labels];
    this.names.paint(s, { left: 0, width: s.label, height: s.height }, shown, (own) => {
      for (const label of labels) paintLabel(own, label);
    });
  }

  /** The text above the names. @param {Sheet} s @param {string} text */
  paintCorner(s, text) {
    this.corner.paint(s, { left: 0, width: s.label, height: RULER }, [text, s.css("tx3")], ({ g, css, font }) => {
      g.fillStyle = css("tx3");
      g.font = `11px ${font}`;
      g.textAlign = "left";
      g.textBaseline = "middle";
      g.fillText(text, 12, 12);
    });
  }

  /** Numbers of frames, and lines through the lanes. @param {Sheet} s */
  paintRuler(s) {
    const shown = [s.x(0), s.x(1), s.first, s.last, colours(s, "line", "line2", "tx2")];
    const left = Math.ceil(s.label);
    this.ruler.paint(s, { left, width: s.width - left, height: s.height }, shown, paintRuler);
  }
}
