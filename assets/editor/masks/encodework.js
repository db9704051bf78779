// @ts-check
/** The worker that encodes masks: answers each `Drawn` on the port that came first, with the number of its request. */

import { encoded } from "./encoding.js";

addEventListener("message", ({ ports: [port] }) => {
  port.onmessage = ({ data }) => port.postMessage({ number: data.number, done: encoded(data.drawn) });
});
