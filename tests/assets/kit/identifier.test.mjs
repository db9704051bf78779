import assert from "node:assert/strict";
import { test } from "node:test";
import { newIdentifier } from "../../../assets/kit/identifier.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("identifiers are random UUIDs, also over plain HTTP", () => {
  assert.match(newIdentifier(), UUID);
  const { crypto } = globalThis;
  const plain = { getRandomValues: (bytes) => crypto.getRandomValues(bytes) };
  Object.defineProperty(globalThis, "crypto", { value: plain, configurable: true });
  const [one, two] = [newIdentifier(), newIdentifier()];
  Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  assert.match(one, UUID);
  assert.notEqual(one, two);
});
