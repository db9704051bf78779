// @ts-check
/** The worker that makes masks ready to be drawn: answers each list of compressed masks on the port that came first. */

import { buffersOf, drawableOf } from "./drawable.js";

addEventListener("message", ({ ports: [port] }) => {
  port.onmessage = ({ data: { number, masks, height, width } }) => {
    const ready = masks.map((/** @type {string} */ counts) => drawableOf(counts, height, width));
    port.postMessage({ number, ready }, ready.flatMap(buffersOf));
  };
});
