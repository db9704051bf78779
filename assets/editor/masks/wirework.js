// @ts-check
/** The worker of the magnetic lasso: keeps the costs of one picture and the search from the last anchor. */

import { edgeCosts, nearEdge, Wire } from "./livewire.js";

/** @typedef {{pixels: ArrayBuffer, height: number, width: number}} Picture RGBA */
/** @typedef {{start: [number, number]}|{to: [number, number], number: number}} Asked whole pixels */
/** @typedef {{number: number, path: [number, number][]|null}} Found null where the pointer is too far away */

addEventListener("message", ({ ports: [port] }) => {
  let [height, width] = [0, 0];
  /** @type {Uint8Array} */
  let costs = new Uint8Array(0);
  /** @type {Wire|null} */
  let wire = null;
  port.onmessage = ({ data }) => {
    if (data.pixels) {
      ({ height, width } = data);
      costs = edgeCosts(new Uint8ClampedArray(data.pixels), height, width);
      wire = null;
    } else if (data.near) {
      const place = nearEdge(costs, height, width, data.near[0], data.near[1], data.radius);
      port.postMessage({ number: data.number, place });
    } else if (data.start) wire = new Wire(costs, height, width, data.start[0], data.start[1]);
    else port.postMessage({ number: data.number, path: wire?.path(data.to[0], data.to[1]) ?? null });
  };
});
