// @ts-check
/** Keys of the library: the arrow keys go from video to video, `/` to the field that filters them. */

import { isFloating } from "../kit/floating.js";

/** The link of a video, as a card or in a row. */
const LINKS = "a.v-vc, a.v-namecell";

/** @typedef {{left: number, top: number}} Place CSS pixels of the window */

/**
 * The card to which an arrow key leads: to the side the one before or after, up and down the nearest one of the next line.
 * @param {readonly Place[]} places in the order of the cards
 * @param {number} at index of the focused card, -1 for none
 * @param {string} key
 * @returns {number} -1 for none
 */
export function cardTowards(places, at, key) {
  if (at < 0) return places.length ? 0 : -1;
  if (key === "ArrowLeft") return at - 1;
  if (key === "ArrowRight") return at + 1 < places.length ? at + 1 : -1;
  const { left, top } = places[at];
  const sign = key === "ArrowDown" ? 1 : -1;
  let best = -1;
  let [line, aside] = [Infinity, Infinity];
  places.forEach((place, i) => {
    const [away, beside] = [(place.top - top) * sign, Math.abs(place.left - left)];
    // A pixel of difference is rounding, not another line.
    if (away <= 1 || (Math.abs(away - line) <= 1 ? beside >= aside : away > line)) return;
    [best, line, aside] = [i, away, beside];
  });
  return best;
}

/** Follow the keys of the page. @param {HTMLElement} grid that has the cards or rows @param {HTMLInputElement} search */
export function installCardKeys(grid, search) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (isFloating() || document.body.dataset.sheet) return;
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    const inside = grid.contains(focused);
    const nowhere = focused === document.body;
    if (event.key === "/" && (inside || nowhere)) {
      event.preventDefault();
      search.focus();
    }
    const fromSearch = focused === search && event.key === "ArrowDown";
    if (!/^Arrow(Left|Right|Up|Down)$/.test(event.key) || !(inside || nowhere || fromSearch)) return;
    const links = [.../** @type {NodeListOf<HTMLElement>} */ (grid.querySelectorAll(LINKS))];
    const at = inside ? links.findIndex((link) => link.closest(".v-tile, tr")?.contains(focused)) : -1;
    const next = links[cardTowards(places(links), at, event.key)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}

/** @param {HTMLElement[]} links @returns {Place[]} */
const places = (links) => links.map((link) => link.getBoundingClientRect());
