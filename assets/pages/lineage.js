// @ts-check
/** The checkpoints as a tree: which one was trained from which, on what, and how it was judged on which videos. */

import { h, icon } from "../kit/dom.js";
import { count, points } from "../kit/text.js";
import { address } from "./data.js";

/** @typedef {import("./models.js").Checkpoint} Checkpoint */
/** @typedef {{checkpoint: Checkpoint, children: Branch[]}} Branch */

/** How a retraining ended, and the colour of the word. @type {Record<string, string>} */
const TONES = { proven: "ok", "not proven": "warn", worse: "bad" };

/**
 * The checkpoints under those that they were trained from; one whose parent is not here is a root.
 * @param {Checkpoint[]} checkpoints
 * @returns {Branch[]}
 */
export function tree(checkpoints) {
  /** @type {Map<string, Branch>} */ const branches = new Map();
  for (const checkpoint of checkpoints) branches.set(checkpoint.id, { checkpoint, children: [] });
  /** @type {Branch[]} */ const roots = [];
  for (const branch of [...branches.values()].sort((a, b) => a.checkpoint.created - b.checkpoint.created)) {
    const parent = branches.get(branch.checkpoint.parent_id ?? "");
    if (parent && parent !== branch && !under(branch, parent)) parent.children.push(branch);
    else roots.push(branch);
  }
  return roots;
}

/** Whether `other` lies below `branch`: damaged records must not make a circle. @param {Branch} branch @param {Branch} other @returns {boolean} */
function under(branch, other) {
  return branch.children.some((child) => child === other || under(child, other));
}

/** How a checkpoint was judged, as a chip; null where it was not retrained. @param {Checkpoint} checkpoint */
export function outcome({ outcome: word }) {
  return word ? h("span.v-chip", { class: TONES[word] ?? "" }, word) : null;
}

/** Its figures as a sentence that names their set; null where nothing was measured. @param {Checkpoint} checkpoint */
export function judged({ measured }) {
  if (!measured) return null;
  const { ap, before, before_name: name, set } = measured;
  if (before === null) return `AP ${points(ap)} on ${set}.`;
  return `On ${set}: AP ${points(before)}${name ? ` with ${name}` : " before"}, ${points(ap)} with this one.`;
}

/** Address of the report of a checkpoint. @param {Checkpoint} checkpoint @param {string} project id */
export const reportOf = ({ id }, project) => address("/retrain", { project, checkpoint: id });

/** The card of the tree; null where no checkpoint was trained from another one here. @param {Checkpoint[]} checkpoints @param {string|null} active id @param {string} project id */
export function lineage(checkpoints, active, project) {
  const roots = tree(checkpoints);
  if (!roots.some((root) => root.children.length || root.checkpoint.retrained)) return null;
  return h(
    "section.v-card",
    { id: "v-lines" },
    h(
      "header",
      null,
      h("h2.v-grow", null, "Lineage"),
      h("span.v-t3", null, "figures of different videos cannot be compared, so each names its own"),
    ),
    h("ul.v-tree", null, ...roots.map((root) => item(root, active, project))),
  );
}

/** @param {Branch} branch @param {string|null} active @param {string} project @returns {HTMLElement} */
function item({ checkpoint: one, children }, active, project) {
  const facts = [
    one.config,
    one.steps ? `${count(one.steps)} steps` : "",
    one.seed === null || one.seed === undefined ? "" : `seed ${one.seed}`,
    one.snapshot ? `snapshot ${one.snapshot.slice(0, 4)}…${one.snapshot.slice(-4)}` : "",
  ].filter(Boolean);
  return h(
    "li",
    { "data-line": one.name },
    h(
      "div.v-node",
      { class: one.id === active ? "sel" : "" },
      h(
        "div.v-row",
        null,
        h("b.v-ell", { title: one.name }, one.name),
        one.id === active ? h("span.v-chip.ok", null, icon("check", 12), "in use") : null,
        outcome(one),
        h("span.v-grow"),
        h("span.v-t3.v-ell", { title: one.snapshot ?? null }, facts.join(", ")),
        one.retrained ? h("a.v-btn", { href: reportOf(one, project) }, "Report") : null,
      ),
      judged(one) ? h("div.v-t2", null, judged(one)) : null,
    ),
    children.length ? h("ul", null, ...children.map((child) => item(child, active, project))) : null,
  );
}
