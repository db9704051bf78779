import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { h } from "../../../assets/kit/dom.js";
import { mount } from "../../../assets/pages/index.js";
import { openPage, settle } from "../browser.mjs";
import { known } from "./made.mjs";

const PAGES = new URL("../../../assets/pages/", import.meta.url);

test("a place is filled by the module of its name", async () => {
  const page = await openPage({ address: "/?project=p", answers: known() });
  const place = h("div", null, h("div", { id: "v-guide" }));
  document.body.append(place);
  await mount("guide", place);
  await settle();
  assert.equal(page.all("#v-guide").length, 1);
  assert.notEqual(place.textContent, "");
});

test("every module that fills a place is known by its name", () => {
  const filling = readdirSync(PAGES).filter(
    (name) =>
      name !== "index.js" && /^export (async )?function mount\(/m.test(readFileSync(new URL(name, PAGES), "utf8")),
  );
  const known = readFileSync(new URL("index.js", PAGES), "utf8");
  assert.ok(filling.length > 8);
  for (const name of filling.map((file) => file.replace(".js", ""))) {
    assert.match(known, new RegExp(`^  ${name},$`, "m"));
    assert.match(known, new RegExp(`^import \\* as ${name} from "./${name}.js";$`, "m"));
  }
});
