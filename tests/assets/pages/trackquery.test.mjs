import assert from "node:assert/strict";
import { test } from "node:test";
import { TrackQuery } from "../../../assets/pages/trackquery.js";

test("a query goes through the address and comes back", () => {
  const search =
    "?project=p&category=a&category=none&state=look&who=run%3A&attribute=a%3Ait%27s&flag=crowd&comment=open&comment_by=ann&min_length=3&text=old+dog&sort=area&descending=true";
  const query = TrackQuery.read(search);
  assert.deepEqual(query.lists.category, ["a", "none"]);
  assert.deepEqual([query.lists.attribute, query.lists.comment_by], [["a:it's"], ["ann"]]);
  assert.equal(query.order.label, "largest");
  const again = TrackQuery.read(query.toAddress("?project=p&category=x"));
  assert.deepEqual([again.lists, again.values, again.order], [query.lists, query.values, query.order]);
  assert.match(query.toAddress("?project=p"), /^\?project=p&/);
});

test("an order that is none of the menu's is the first one", () => {
  assert.equal(TrackQuery.read("?sort=odd&descending=true").order.sort, "video");
  assert.equal(TrackQuery.read("").filtered, false);
});

test("clearing the filters keeps the order, also that by look-alike", () => {
  const query = TrackQuery.read("?state=look&text=rex&like=t1&sort=area&descending=true");
  query.clear();
  assert.deepEqual(
    [query.filtered, query.orderName, query.toAddress("?project=p")],
    [false, "look-alike", "?project=p&like=t1&sort=area&descending=true"],
  );
});

test("what is to be mended is kept in the address, not sent as a filter, and cleared with the filters", () => {
  const query = TrackQuery.read("?like=t1&run_of=t1&untouched=true&mend=relabel%3Ac2");
  assert.deepEqual([query.mend, query.filtered], ["relabel:c2", true]);
  assert.equal(String(query.toParameters()), "run_of=t1&untouched=true&like=t1");
  assert.equal(
    query.toAddress("?project=p&mend=reject"),
    "?project=p&run_of=t1&untouched=true&like=t1&mend=relabel%3Ac2",
  );
  query.clear();
  assert.equal(query.toAddress("?mend=reject"), "?like=t1");
});
