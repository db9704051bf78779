// @ts-check
/** The worker of the verbs: answers each question on the port that came first, with the question's number. */

import { computed } from "./computing.js";

addEventListener("message", ({ ports: [port] }) => {
  port.onmessage = ({ data: { number, asked } }) => port.postMessage({ number, found: computed(asked) });
});
