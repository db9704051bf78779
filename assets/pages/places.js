// @ts-check
/** What stands in the middle of a page that has nothing else to show. */

import { el, icon } from "../kit/pagedom.js";

/**
 * A page with only an invitation.
 * @param {string} image name of an icon, empty for none
 * @param {string} title
 * @param {...(HTMLElement|string|null)} rest below the title
 */
export function emptyPlace(image, title, ...rest) {
  const mark = image ? el("span.v-t3", null, icon(image, 48)) : null;
  return el("div.v-place.v-full", null, el("div", null, mark, el("h1", null, title), ...rest));
}

/**
 * A page that cannot be shown, and why.
 * @param {string} title
 * @param {unknown} error
 * @param {...(HTMLElement|null)} rest below the reason
 */
export function failedPlace(title, error, ...rest) {
  return el(
    "div.v-place.v-full",
    null,
    el(
      "div",
      null,
      el("span.v-badc", null, icon("warn", 32)),
      el("h1", null, title),
      el("p", null, messageOf(error)),
      ...rest,
    ),
  );
}

/** The sentence of whatever was thrown. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));
