// @ts-check
/** The middle of a page that is empty or cannot be shown. */

import { h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";

/**
 * A page with only an invitation.
 * @param {string} image name of an icon, empty for none
 * @param {string} title
 * @param {...(HTMLElement|string|null)} rest below the title
 */
export function emptyPlace(image, title, ...rest) {
  const mark = image ? h("span.v-t3", null, icon(image, 48)) : null;
  return h("div.v-place.v-full", null, h("div", null, mark, h("h1", null, title), ...rest));
}

/**
 * A page that cannot be shown, and why.
 * @param {string} title
 * @param {unknown} error
 * @param {...(HTMLElement|null)} rest below the reason
 */
export function failedPlace(title, error, ...rest) {
  return h(
    "div.v-place.v-full",
    null,
    h(
      "div",
      null,
      h("span.v-badc", null, icon("warn", 32)),
      h("h1", null, title),
      h("p", null, messageOf(error)),
      ...rest,
    ),
  );
}
