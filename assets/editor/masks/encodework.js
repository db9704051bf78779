// @ts-check
/**
 * The worker that encodes masks: answers each `Drawn` on the port that came first, with the number of its request and
 * with all that draws the new mask.
 */

import { buffersOf, drawableOf } from "./drawable.js";
import { encoded } from "./encoding.js";

addEventListener("message", ({ ports: [port] }) => {
  port.onmessage = ({ data: { number, drawn } }) => {
    const done = encoded(drawn);
    const drawable = drawableOf(done.counts, drawn.height, drawn.width);
    port.postMessage({ number, done: { ...done, drawable } }, buffersOf(drawable));
  };
});
