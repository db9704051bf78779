// @ts-check
/**
 * Asking the server for masks while a box is being drawn: one request at a time, and the next about the latest box.
 * Quick drafts come first; where the pointer rests, the best answer for its box is asked for, so that it is there at the
 * release. A request whose answer nobody needs any more is ended, so that the server does not compute it to its end.
 */

/** @typedef {[number, number, number, number]} Box */
/** @typedef {import("../api.js").PromptAnswer} PromptAnswer */
/** @typedef {{box: Box, draft: boolean, answer: Promise<PromptAnswer>, leave: () => void}} Asked */

/**
 * What is known of the final box: a draft at once or in a moment, null where there will be none; and the best answer.
 * @typedef {{first: Promise<PromptAnswer|null>, best: Promise<PromptAnswer>}} Found
 */

/** Milliseconds after which a pointer that does not move rests. */
export const REST = 120;
/** Share of both boxes that they have in common from which on the draft of one is shown for the other. */
const ALIKE = 0.9;

/** @param {Box} one @param {Box} other */
const same = (one, other) => one.every((side, i) => side === other[i]);

/** Picture pixels in a box; none where it has no inside. @param {Box} box */
export const area = ([x0, y0, x1, y1]) => Math.max(0, x1 - x0) * Math.max(0, y1 - y0);

/** @param {Box} one @param {Box} other */
function alike(one, other) {
  /** @type {Box} */
  const shared = [
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ];
  const both = area(shared);
  return both >= ALIKE * (area(one) + area(other) - both);
}

export class BoxQuestions {
  /**
   * @param {(box: Box, draft: boolean, left: AbortSignal) => Promise<PromptAnswer>} ask
   * @param {(box: Box, answer: PromptAnswer) => void} show an answer while the box is still being drawn
   */
  constructor(ask, show) {
    this.ask = ask;
    this.show = show;
    /** @type {Asked|null} the latest request, answered or not */
    this.latest = null;
    /** @type {{box: Box, found: PromptAnswer}|null} the latest answer that is shown */
    this.shown = null;
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
    // A draft is soon there; the best answer for a box that moved on would keep the next draft waiting.
    if (this.busy && !this.latest?.draft) this.latest?.leave();
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
        if (!this.ended && (found.mask || !found.draft)) {
          this.shown = { box: asked.box, found };
          this.show(asked.box, found);
        }
      } catch {
        // The request at the release says what is wrong; here it would say so again and again.
        if (this.latest === asked) this.latest = null;
        if (same(asked.box, this.box)) break;
      }
    }
    this.busy = false;
  }

  /** @param {Box} box @param {boolean} draft @returns {Asked} */
  request(box, draft) {
    const leaving = new AbortController();
    this.latest = { box, draft, answer: this.ask(box, draft, leaving.signal), leave: () => leaving.abort() };
    return this.latest;
  }

  /**
   * The answers for the final box. What is there for a box that is nearly the same is the first one; a request that was
   * made for this box is not made again, and one for another box is ended.
   * @param {Box} box @returns {Found}
   */
  finish(box) {
    this.cancel();
    const { latest, shown } = this;
    const near = shown && alike(shown.box, box) && !(same(shown.box, box) && !shown.found.draft) ? shown.found : null;
    if (latest && same(latest.box, box) && !latest.draft)
      return { first: Promise.resolve(near), best: latest.answer.catch(() => this.request(box, false).answer) };
    if (near || (latest && !alike(latest.box, box))) latest?.leave();
    if (near) return { first: Promise.resolve(near), best: this.request(box, false).answer };
    const asked = latest && alike(latest.box, box) ? latest : this.request(box, true);
    const final = (/** @type {PromptAnswer|null} */ found) => found && !found.draft && same(asked.box, box);
    const first = asked.answer.catch(() => null);
    return {
      first: first.then((found) => (final(found) ? null : found)),
      best: first.then((found) => (found && final(found) ? found : this.request(box, false).answer)),
    };
  }

  /** Nobody waits for the best answer any more. */
  leave() {
    this.latest?.leave();
  }

  /** Nothing more is shown. */
  cancel() {
    this.ended = true;
    clearTimeout(this.timer);
  }
}
