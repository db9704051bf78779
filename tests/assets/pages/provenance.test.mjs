import assert from "node:assert/strict";
import { test } from "node:test";
import { provenance, truthCard } from "../../../assets/pages/provenance.js";
import { openPage } from "../browser.mjs";

const LINEAGE = {
  parent: "a",
  parent_name: "demo",
  before: "b",
  before_name: "round 1",
  snapshot: "9f3c" + "0".repeat(56) + "e1a7",
  seed: 1,
  config: "tevit_tiny",
  round: 2,
  steps: 1200,
};

test("a checkpoint says what it comes from, and what happened on the way", async () => {
  await openPage();
  assert.equal(provenance({}), null);
  const node = provenance({ lineage: LINEAGE, notes: ["The batch was halved: the memory was full."] });
  const texts = node.querySelectorAll("dd").map((dd) => dd.textContent);
  assert.deepEqual(texts, ["demo", "round 1", "2", "tevit_tiny", "1,200", "1", "9f3c…e1a7"]);
  assert.equal(node.querySelectorAll("dd").at(-1).title, LINEAGE.snapshot);
  assert.match(node.textContent, /The batch was halved/);
});

test("the truth is divided by who made it", async () => {
  await openPage();
  assert.equal(truthCard({}), null);
  assert.equal(truthCard({ truth: { drawn: 0, imported: 0, accepted: 0 } }), null);
  const node = truthCard({ truth: { drawn: 25, imported: 0, accepted: 75 } });
  assert.deepEqual(
    node.querySelectorAll(".v-rbar i").map((part) => [part.className, part.style.width]),
    [
      ["c", "25%"],
      ["a", "75%"],
    ],
  );
  assert.match(node.textContent, /drawn or corrected25accepted proposals75imported0$/);
});
