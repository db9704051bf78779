import assert from "node:assert/strict";
import { test } from "node:test";
import { onPixelRatio } from "../../../assets/kit/pixelratio.js";

test("each change of the pixel ratio is told, the second one, too", () => {
  const queries = [];
  globalThis.matchMedia = (query) => {
    const target = new EventTarget();
    queries.push({ query, target });
    return target;
  };
  /** As the browser does: every query that held until now tells that it holds no more. */
  const become = (ratio) => {
    globalThis.devicePixelRatio = ratio;
    for (const { query, target } of [...queries])
      if (query !== `(resolution: ${ratio}dppx)`) target.dispatchEvent(new Event("change"));
  };
  globalThis.devicePixelRatio = 1;
  const seen = [];
  onPixelRatio(() => seen.push(devicePixelRatio));
  become(2);
  become(1.5);
  assert.deepEqual(seen, [2, 1.5]);
  assert.deepEqual(
    queries.map(({ query }) => query),
    ["(resolution: 1dppx)", "(resolution: 2dppx)", "(resolution: 1.5dppx)"],
  );
});
