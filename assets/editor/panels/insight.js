// @ts-check
/** Keeps the selected row of a list in sight. */

import { oncePerFrame } from "../../kit/dom.js";

/**
 * Follow a list, also while what lies below it grows and makes it shorter. A row that a person scrolled out of sight stays
 * there.
 * @param {HTMLElement} list that scrolls @param {string} selector of the row
 * @returns {() => void} brings the row into sight once the page is laid out
 */
export function keptInSight(list, selector) {
  let seen = true;
  const reveal = oncePerFrame(() => {
    list.querySelector(selector)?.scrollIntoView({ block: "nearest" });
    seen = true;
  });
  list.addEventListener(
    "scroll",
    () => {
      const row = list.querySelector(selector);
      if (!row) return;
      const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
      seen = inner.top < outer.bottom && inner.bottom > outer.top;
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    if (seen) reveal();
  }).observe(list);
  return reveal;
}
