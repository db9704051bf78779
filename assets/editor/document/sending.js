// @ts-check
/** When edits are sent: the page shows them first, unless nobody sees it or it goes. */

import { idle } from "../../kit/dom.js";

export class Sending {
  constructor() {
    /** @type {Set<(last: boolean) => void>} requests that wait for an idle moment */
    this.waiting = new Set();
  }

  /** Wait for one's turn: an idle moment, or `flush`. @returns {Promise<boolean>} whether the page goes: then the request must outlive it */
  turn() {
    // A page that nobody sees has its idle moments rarely.
    if (globalThis.document?.visibilityState === "hidden") return Promise.resolve(false);
    return new Promise((done) => {
      this.waiting.add(done);
      idle().then(() => {
        this.waiting.delete(done);
        done(false);
      });
    });
  }

  /** Let all go that wait. @param {boolean} last whether the page goes */
  flush(last) {
    for (const go of this.waiting) go(last);
    this.waiting.clear();
  }
}
