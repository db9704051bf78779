import assert from "node:assert/strict";
import { test } from "node:test";
import { iconMarkup } from "../../../assets/look/icons.js";

test("an unknown icon is an error", () => {
  assert.throws(() => iconMarkup("nonsense"), /no icon called "nonsense"/);
  assert.match(iconMarkup("brush", 20), /width="20"/);
});
