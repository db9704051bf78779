import assert from "node:assert/strict";
import { test } from "node:test";
import { clamp } from "../../../assets/kit/numbers.js";

test("a value outside its limits is the nearest one", () => {
  assert.deepEqual(
    [-1, 0, 2.5, 9].map((value) => clamp(value, 0, 4)),
    [0, 0, 2.5, 4],
  );
  assert.equal(clamp(1, 3, 2), 3, "where the limits cross, the lower one holds");
});
