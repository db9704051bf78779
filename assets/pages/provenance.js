// @ts-check
/** Where a retrained checkpoint comes from, by whom the truth was made, and what happened on the way. */

import { h } from "../kit/dom.js";
import { count } from "../kit/text.js";

/** @typedef {import("./report.js").Result} Result */

/** The card of parent, snapshot, seed and configuration; null for a run that recorded none. @param {Result} result */
export function provenance(result) {
  const { lineage } = result;
  if (!lineage) return null;
  const short = lineage.snapshot ? `${lineage.snapshot.slice(0, 4)}…${lineage.snapshot.slice(-4)}` : "–";
  return h(
    "section.v-card",
    { id: "v-lineage" },
    h("header", null, h("h2", null, "Where it comes from")),
    h(
      "div.bd",
      null,
      pairList([
        ["Trained from", lineage.parent_name],
        ["Compared with", lineage.before_name],
        ["Round", String(lineage.round)],
        ["Configuration", lineage.config],
        ["Steps", count(lineage.steps)],
        ["Seed", String(lineage.seed)],
        ["Snapshot", short, lineage.snapshot],
      ]),
      ...notes(result),
    ),
  );
}

/** @typedef {[name: string, text: string, whole?: string|null]} Pair `whole`: what `text` shortens */

/** Names and what they stand for. @param {readonly Pair[]} pairs */
export const pairList = (pairs) =>
  h(
    "dl.v-kv",
    null,
    ...pairs.flatMap(([name, text, whole]) => [h("dt", null, name), h("dd.v-ell", { title: whole || text }, text)]),
  );

/** @param {Result} result */
function notes({ notes: found = [] }) {
  return found.map((text) => h("p.v-small", null, text));
}

/** By whom the true masks were made, as a bar with its key; null where that was not counted. @param {Result} result */
export function truthCard({ truth }) {
  const all = truth ? truth.drawn + truth.imported + truth.accepted : 0;
  if (!truth || !all) return null;
  const parts = /** @type {[string, number, string][]} */ ([
    ["c", truth.drawn, "drawn or corrected"],
    ["a", truth.accepted, "accepted proposals"],
    ["u", truth.imported, "imported"],
  ]);
  return h(
    "section.v-card",
    { id: "v-truth" },
    h("header", null, h("h2.v-grow", null, "Who made the truth"), h("span.v-t3", null, "masks it is judged by")),
    h(
      "div.bd",
      null,
      h(
        "div.v-rbar.tall",
        { "aria-hidden": "true" },
        ...parts
          .filter((part) => part[1])
          .map(([kind, n]) => h(`i.${kind}`, { style: { width: `${(100 * n) / all}%`, flex: "none" } })),
      ),
      h(
        "div.v-keys",
        null,
        ...parts.map(([kind, n, word]) => h("div.v-row", null, h(`span.v-key.v-grow.${kind}`, null, word), count(n))),
      ),
    ),
  );
}
