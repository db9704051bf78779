// @ts-check
/** Shows HTML that the server made from Markdown: known elements only are built anew, everything else is text. */

import { h } from "./dom.js";

const TAGS = new Set(
  "h1 h2 h3 h4 h5 h6 p ul ol li a em strong code pre blockquote br hr table thead tbody tr th td".split(" "),
);
const ADDRESS = /^(https?|mailto):/i;

/** @param {string} html @returns {HTMLElement} */
export function rendered(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return h("div", null, [...body.childNodes].map(copied));
}

/** @param {Node} node @returns {Node|string} */
function copied(node) {
  if (!(node instanceof HTMLElement) || !TAGS.has(node.localName)) return node.textContent ?? "";
  const address = node.getAttribute("href") ?? "";
  const link = ADDRESS.test(address) ? { href: address, target: "_blank", rel: "noopener noreferrer" } : null;
  return h(node.localName, node.localName === "a" ? link : null, [...node.childNodes].map(copied));
}
