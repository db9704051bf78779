import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, scoreOf, sourcesOf } from "../../../assets/pages/trackwords.js";

test("words say where a track comes from", () => {
  assert.equal(sourcesOf(["proposed", "drawn"]), "Proposed, drawn");
  assert.deepEqual(
    [nameOf("run:4", "me"), nameOf("me", "me"), nameOf("person:ann", "me"), nameOf(null, "me")],
    ["Model or import", "You", "ann", ""],
  );
  assert.equal(nameOf("person:93330da3", "me"), "Person 93330da3");
  assert.deepEqual([scoreOf(null), scoreOf(0), scoreOf(0.876)], ["–", "0.00", "0.88"]);
});
