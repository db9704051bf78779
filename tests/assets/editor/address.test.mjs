import assert from "node:assert/strict";
import { test } from "node:test";
import { pageAddress, readAddress, writeAddress } from "../../../assets/editor/address.js";

test("the address is read and written, and keeps what else is in it", () => {
  const place = { project: "p 1", video: "v/1", frame: 12, track: 3 };
  assert.deepEqual(readAddress(writeAddress(place)), place);
  assert.match(writeAddress(place, "?theme=dark"), /theme=dark/);
  assert.deepEqual(readAddress("?frame=-3&track=x"), { project: null, video: null, frame: 0, track: null });
  assert.equal(new URLSearchParams(writeAddress({ ...place, track: null }, "?track=9")).has("track"), false);
  assert.equal(pageAddress("/models", "a&b"), "/models?project=a%26b");
  assert.equal(pageAddress("/models", null), "/models");
});
