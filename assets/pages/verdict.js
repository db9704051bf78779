// @ts-check
/** The verdict on a finished retraining in words, with its reasons, and the buttons that promote or keep. */

import { button, h, icon } from "../kit/dom.js";
import { count, plural, points } from "../kit/text.js";
import { ap, change, EVALUATIONS, setOf, sides, signed } from "./report.js";

/** @typedef {import("./report.js").Result} Result */
/** @typedef {["ok"|"warn", string]} Finding */

/** What an outcome is called, and its colour. @type {Record<string, [string, string]>} */
const OUTCOMES = { proven: ["proven", "ok"], "not proven": ["not proven", "warn"], worse: ["worse", "bad"] };

/** The outcome of a run; a run of a version without decisions knows only whether it is proven. @param {Result} result */
export function outcomeOf(result) {
  return result.decision?.outcome ?? (result.proven ? "proven" : "not proven");
}

/** The sentences of the verdict; of a decision what speaks against a promotion comes first. @param {Result} result @param {string} before name of the checkpoint before @returns {Finding[]} */
export function findings(result, before) {
  const given = result.decision?.reasons;
  const found = given?.length
    ? [...given.filter(({ good }) => !good), ...given.filter(({ good }) => good)].map(
        ({ good, text }) => /** @type {Finding} */ ([good ? "ok" : "warn", text]),
      )
    : compared(result, before);
  return [...found, ...truth(result)];
}

/** Reasons of a run that recorded none. @param {Result} result @param {string} before @returns {Finding[]} */
function compared(result, before) {
  /** @type {Finding[]} */ const out = [];
  const lines = result.per_category ?? [];
  const { better, worse } = sides(lines);
  const total = change(result.before, result.after);
  if (total === null) return [["warn", "Nothing could be measured: no judged frame in the videos it was measured on"]];
  if (better.length)
    out.push(["ok", `Better than ${before} on ${better.length} of ${plural(lines.length, "category", "categories")}`]);
  if (worse.length)
    out.push([
      "warn",
      `Worse on ${worse.length}: ${worse
        .slice(0, 3)
        .map((l) => `${l.name} −${Math.abs(change(l.before, l.after) ?? 0).toFixed(1)}`)
        .join(", ")}`,
    ]);
  if (!better.length && !worse.length) out.push(["warn", `No category differs from ${before}`]);
  const how = EVALUATIONS[result.evaluation] ?? result.evaluation;
  if (result.proven) out.push(["ok", `Measured ${how}`]);
  else
    out.push([
      "warn",
      result.evaluation === "held-out" && total <= 0 ? `Not better, measured ${how}` : `Not proven: measured ${how}`,
    ]);
  return out;
}

/** How much of the truth a person drew. @param {Result} result @returns {Finding[]} */
function truth({ truth }) {
  if (!truth) return [];
  const all = truth.drawn + truth.imported + truth.accepted;
  if (!all) return [];
  const share = Math.round((100 * truth.drawn) / all);
  const text = `A person drew or corrected ${count(truth.drawn)} of the ${plural(all, "true mask")} (${share} %)`;
  const rest = truth.accepted ? `; ${plural(truth.accepted, "is an accepted proposal", "are accepted proposals")}` : "";
  return [[share >= 25 ? "ok" : "warn", `${text}${rest}.`]];
}

/**
 * @param {object} options
 * @param {Result} options.result
 * @param {string} options.before name of the checkpoint before
 * @param {string|null} options.active id of the checkpoint in use
 * @param {string} options.activeName
 * @param {() => void} options.promote puts the new one in use
 * @param {() => void} options.keep leaves the old one in use
 * @param {(() => void)|null} [options.back] puts the one before in use again
 * @param {boolean} options.kept whether the person chose to keep the old one
 * @param {number} [options.again] unreviewed videos in which promoting proposes again
 */
export function verdict({ result, before, active, activeName, promote, keep, back = null, kept, again = 0 }) {
  const [word, tone] = OUTCOMES[outcomeOf(result)] ?? ["not proven", "warn"];
  return h(
    "section.v-card.v-verdict",
    { "data-proven": String(result.proven), id: "v-verdict" },
    h(
      "div.v-nowrap",
      null,
      h(
        "div.v-row",
        null,
        h("span.v-t2", null, result.evaluation === "held-out" ? "Held-out AP" : "AP"),
        h("span.v-chip", { class: tone, id: "v-proven" }, word),
      ),
      h(
        "div.v-big",
        null,
        points(ap(result.after)),
        " ",
        h("small", null, signed(change(result.before, result.after))),
      ),
      h("div.v-t3.v-ell.v-setname", { title: `on ${setOf(result)}` }, `on ${setOf(result)}`),
    ),
    h("span.v-vline"),
    h(
      "div.v-gate.v-grow",
      null,
      ...findings(result, before).map(([kind, text]) =>
        h(
          "span",
          null,
          h("i", { class: kind === "ok" ? "v-okc" : "v-warnc" }, icon(kind === "ok" ? "check" : "warn")),
          h("span", null, text),
        ),
      ),
    ),
    h("div.v-decide", null, ...actions({ result, before, active, activeName, promote, keep, back, kept, again })),
  );
}

/** @param {Parameters<typeof verdict>[0]} options */
function actions({ result, before, active, activeName, promote, keep, back, kept, again = 0 }) {
  if (result.removed) return [h("span.v-chip.v-tall", null, "Deleted")];
  if (active === result.checkpoint)
    return [
      h("span.v-chip.ok.v-tall", null, icon("check", 14), result.promoted ? "Promoted, in use" : "In use"),
      back
        ? button(`Go back to ${before}`, {
            kind: "line lg",
            title: `Put ${before} in use again`,
            onclick: back,
            id: "v-back",
          })
        : null,
    ];
  const better = outcomeOf(result) === "proven" && (change(result.before, result.after) ?? 0) > 0;
  return [
    kept
      ? h("span.v-chip.v-tall", null, `${activeName} stays in use`)
      : button(`Keep ${activeName}`, { kind: "line lg", title: `Keep ${activeName} in use`, onclick: keep }),
    button(`Promote ${result.name}`, {
      kind: better ? "pri lg" : "line lg",
      icon: "check",
      title: `Put ${result.name} in use${again ? ` and propose again in ${plural(again, "unreviewed video")}` : ""}`,
      onclick: promote,
      id: "v-promote",
    }),
  ];
}
