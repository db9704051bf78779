// @ts-check
/**
 * Asking the server for masks while a box is being drawn: one request at a time, and the next about the latest box.
 * Quick drafts come first; where the pointer rests, the best answer for its box is asked for, so that it is there at the
 * release.
 */

/** @typedef {[number, number, number, number]} Box */
/** @typedef {import("../api.js").PromptAnswer} PromptAnswer */
/** @typedef {{box: Box, draft: boolean, answer: Promise<PromptAnswer>}} Asked */

/** Milliseconds after which a pointer that does not move rests. */
export const REST = 120;

/** @param {Box} one @param {Box} other */
const same = (one, other) => one.every((side, i) => side === other[i]);

export class BoxQuestions {
  /**
   * @param {(box: Box, draft: boolean) => Promise<PromptAnswer>} ask
   * @param {(box: Box, answer: PromptAnswer) => void} show an answer while the box is still being drawn
   */
  constructor(ask, show) {
    this.ask = ask;
    this.show = show;
    /** @type {Asked|null} the latest request, answered or not */
    this.latest = null;
    /** @type {Box|null} the box as it is now */
    this.box = null;
    this.resting = false;
    this.busy = false;
    this.ended = false;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** The box as it is now. @param {Box} box */
  look(box) {
    if (this.box && same(box, this.box)) return;
    this.box = box;
    this.resting = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.rest(), REST);
    if (!this.busy) this.go();
  }

  rest() {
    this.resting = true;
    if (!this.busy) this.go();
  }

  /** Whether the latest request is as good as another one about the box as it is now. */
  get enough() {
    const { box, latest } = this;
    return !box || Boolean(latest && same(latest.box, box) && !(latest.draft && this.resting));
  }

  async go() {
    this.busy = true;
    while (!this.ended && !this.enough && this.box) {
      const asked = this.request(this.box, !this.resting);
      try {
        const found = await asked.answer;
        asked.draft = Boolean(found.draft);
        if (!this.ended && (found.mask || !found.draft)) this.show(asked.box, found);
      } catch {
        // The request at the release says what is wrong; here it would say so again and again.
        this.latest = null;
        break;
      }
    }
    this.busy = false;
  }

  /** @param {Box} box @param {boolean} draft @returns {Asked} */
  request(box, draft) {
    this.latest = { box, draft, answer: this.ask(box, draft) };
    return this.latest;
  }

  /** The answer for the final box; an earlier request for the same box is not asked again, unless it was a draft. @param {Box} box @returns {Promise<PromptAnswer>} */
  async finish(box) {
    this.cancel();
    const { latest } = this;
    if (latest && same(latest.box, box)) {
      // The answer to a draft may turn out to be the best one.
      const found = await latest.answer.catch(() => null);
      if (found && !found.draft) return found;
      if (!found && !latest.draft) return latest.answer;
    }
    return this.request(box, false).answer;
  }

  /** Nothing more is shown. */
  cancel() {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
