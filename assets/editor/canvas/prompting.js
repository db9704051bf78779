// @ts-check
/** Asking the server for masks while a box is being drawn: one request at a time, and the next about the latest box. */

/** @typedef {[number, number, number, number]} Box */
/** @typedef {import("../api.js").PromptAnswer} PromptAnswer */
/** @typedef {{box: Box, answer: Promise<PromptAnswer>}} Asked */

/** @param {Box} one @param {Box} other */
const same = (one, other) => one.every((side, i) => side === other[i]);

export class BoxQuestions {
  /**
   * @param {(box: Box) => Promise<PromptAnswer>} ask
   * @param {(box: Box, answer: PromptAnswer) => void} show an answer while the box is still being drawn
   */
  constructor(ask, show) {
    this.ask = ask;
    this.show = show;
    /** @type {Asked|null} the latest request, answered or not */
    this.latest = null;
    /** @type {Box|null} the box to ask about next */
    this.next = null;
    this.busy = false;
    this.ended = false;
  }

  /** The box as it is now. @param {Box} box */
  look(box) {
    this.next = box;
    if (!this.busy) this.go();
  }

  async go() {
    while (this.next && !this.ended) {
      const box = this.next;
      this.next = null;
      if (this.latest && same(this.latest.box, box)) continue;
      this.busy = true;
      const answer = this.ask(box);
      this.latest = { box, answer };
      try {
        const found = await answer;
        if (!this.ended) this.show(box, found);
      } catch {
        // The request at the release says what is wrong; here it would say so again and again.
        this.latest = null;
      }
      this.busy = false;
    }
  }

  /** The answer for the final box; an earlier request for the same box is not asked again. @param {Box} box @returns {Promise<PromptAnswer>} */
  async finish(box) {
    this.ended = true;
    const { latest } = this;
    if (latest && same(latest.box, box)) return latest.answer;
    return this.ask(box);
  }

  /** Nothing more is shown. */
  cancel() {
    this.ended = true;
  }
}
