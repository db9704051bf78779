import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackQuery } from "../../../assets/pages/trackquery.js";
import { Selection } from "../../../assets/pages/trackselection.js";
import { nameOf, scoreOf, sourcesOf } from "../../../assets/pages/trackwords.js";

const ORDER = ["a", "b", "c", "d", "e"];

test("Shift adds what lies between, in both directions, and keeps what is selected", () => {
  let calls = 0;
  const selection = new Selection(() => (calls += 1));
  selection.toggle("d");
  selection.extend("b", ORDER);
  assert.deepEqual([...selection.ids].sort(), ["b", "c", "d"]);
  selection.extend("e", ORDER);
  assert.deepEqual([...selection.ids].sort(), ["b", "c", "d", "e"]);
  assert.equal(calls, 3);
});

test("without a last chosen track, or where it is gone, Shift chooses one", () => {
  const selection = new Selection(() => {});
  selection.extend("c", ORDER);
  assert.deepEqual([...selection.ids], ["c"]);
  selection.toggle("gone");
  selection.extend("b", ORDER);
  assert.deepEqual([...selection.ids], ["c", "gone", "b"]);
});

test("a query goes through the address and comes back", () => {
  const search =
    "?project=p&category=a&category=none&state=look&who=run%3A&min_length=3&text=old+dog&sort=area&descending=true";
  const query = TrackQuery.read(search);
  assert.deepEqual(query.lists.category, ["a", "none"]);
  assert.equal(query.order.label, "largest");
  const again = TrackQuery.read(query.toAddress("?project=p&category=x"));
  assert.deepEqual([again.lists, again.values, again.order], [query.lists, query.values, query.order]);
  assert.match(query.toAddress("?project=p"), /^\?project=p&/);
});

test("an order that is none of the menu's is the first one", () => {
  assert.equal(TrackQuery.read("?sort=odd&descending=true").order.sort, "video");
  assert.equal(TrackQuery.read("").filtered, false);
});

test("words say where a track comes from", () => {
  assert.equal(sourcesOf(["proposed", "drawn"]), "Proposed, drawn");
  assert.deepEqual(
    [nameOf("run:4", "me"), nameOf("me", "me"), nameOf("person:ann", "me"), nameOf(null, "me")],
    ["Model or import", "You", "ann", ""],
  );
  assert.deepEqual([scoreOf(null), scoreOf(0), scoreOf(0.876)], ["–", "0.00", "0.88"]);
});
