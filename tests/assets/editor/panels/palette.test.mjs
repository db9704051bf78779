import assert from "node:assert/strict";
import { test } from "node:test";
import { found } from "../../../../assets/editor/panels/palette.js";
import { fitting } from "../../../../assets/editor/panels/help.js";
import { refusal } from "../../../../assets/editor/panels/keys.js";

const command = (id, title, group = "Review") => ({ id, title, group, run: () => {} });
const LIST = [command("accept", "Accept"), command("reject", "Reject"), command("next", "Next frame", "Move in time")];
const ids = (query, { recent = [], possible = () => true } = {}) =>
  found(LIST, query, recent, possible).map(({ id }) => id);

test("without a query recent commands come first, then those that can run", () => {
  assert.deepEqual(ids(""), ["accept", "reject", "next"]);
  assert.deepEqual(ids("", { recent: ["next", "reject"] }), ["next", "reject", "accept"]);
  assert.deepEqual(ids("", { possible: (id) => id !== "accept" }), ["reject", "next", "accept"]);
});

test("a query finds titles and groups, best first", () => {
  assert.deepEqual(ids("rej"), ["reject"]);
  assert.deepEqual(ids("review"), ["accept", "reject"]);
  assert.deepEqual(ids("time frame"), ["next"]);
  assert.deepEqual(ids("zzz"), []);
});

test("the list of keys is searched by words and by the key itself", () => {
  const lines = [
    { label: "Next frame", keys: ["F", "→"] },
    { label: "Fit the picture", keys: ["0"] },
  ];
  assert.deepEqual(
    fitting(lines, "f").map(({ label }) => label),
    ["Next frame", "Fit the picture"],
  );
  assert.deepEqual(fitting(lines, "0"), [lines[1]]);
  assert.deepEqual(fitting(lines, "fram"), [lines[0]]);
  assert.deepEqual(fitting(lines, " "), lines);
});

test("keys that the page never gets are refused by name", () => {
  assert.match(refusal("Ctrl+W"), /browser keeps Ctrl W/);
  assert.match(refusal("Tab"), /moves the focus/);
  assert.equal(refusal("Ctrl+M"), "");
});
