// @ts-check
/** A finished retraining as a report: verdict first, then before and after by category or by video. */

import { button, h, icon } from "../kit/dom.js";
import { count, plural, points } from "../kit/text.js";

/**
 * @typedef {{AP: number|null, AP50?: number|null, AP75?: number|null, AR1?: number|null, AR10?: number|null}} Stats shares, 0 to 1; null where nothing was measured
 * @typedef {number|Stats|null|undefined} Measure an AP, or the statistics that hold it; absent where nothing was measured
 * @typedef {{name: string, tracks?: number, before: Measure, after: Measure}} Line
 */

/**
 * @typedef {object} Result of a finished retraining
 * @property {string} checkpoint id
 * @property {string} name of the checkpoint
 * @property {string} [before_name] name of the checkpoint it is compared with
 * @property {Stats} before
 * @property {Stats} after
 * @property {Line[]} [per_category]
 * @property {Line[]} [per_video]
 * @property {string} evaluation a key of `EVALUATIONS`
 * @property {boolean} proven better on held-out videos
 * @property {number} steps
 * @property {number} [seconds]
 * @property {string} [snapshot] hash of the masks that it trained on
 * @property {import("./rules.js").Rules} [rules] figures by rule
 */

/** How a run was measured. @type {Record<string, string>} */
export const EVALUATIONS = {
  "held-out": "on held-out videos, never trained on",
  "k-fold": "by k-fold, each video by a model that never saw it",
  "last-third": "on the last third of the one corrected video",
};

/** AP of a line, whether it holds a number or statistics. @param {Measure} value @returns {number|null} */
export function ap(value) {
  const number = typeof value === "number" ? value : value?.AP;
  return typeof number === "number" && number >= 0 && !Number.isNaN(number) ? number : null;
}

/** Change in points of AP (0 to 100), null where one side is missing. @param {Measure} before @param {Measure} after */
export function change(before, after) {
  const [a, b] = [ap(before), ap(after)];
  return a === null || b === null ? null : Math.round((b - a) * 1000) / 10;
}

/** @param {number|null} value */
export function signed(value) {
  if (value === null) return h("span.v-t3", null, "–");
  if (Math.abs(value) < 0.05) return h("span.v-t2", null, "0.0");
  return h(
    "span.v-b",
    { class: value > 0 ? "v-okc" : "v-badc" },
    `${value > 0 ? "+" : "−"}${Math.abs(value).toFixed(1)}`,
  );
}

/** A bar left or right of a middle line. @param {number|null} value @param {number} widest largest change shown */
function changeBar(value, widest) {
  const bar = h("span.v-dbar", { "aria-hidden": "true" });
  if (value)
    bar.append(
      h("i", {
        class: value > 0 ? "up" : "dn",
        style: { width: `${Math.max(1.5, (Math.abs(value) / widest) * 58)}px` },
      }),
    );
  return bar;
}

/** @param {Line[]} lines @returns {{better: Line[], worse: Line[]}} */
export function sides(lines) {
  const of = (/** @type {(c: number) => boolean} */ test) =>
    lines.filter((l) => {
      const c = change(l.before, l.after);
      return c !== null && test(c);
    });
  return { better: of((c) => c >= 0.1), worse: of((c) => c <= -0.1) };
}

/** The sentences of the verdict, each [good|warn, text]. @param {Result} result @param {string} before name */
export function findings(result, before) {
  /** @type {["ok"|"warn", string][]} */ const out = [];
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
      result.evaluation === "held-out" && total !== null && total <= 0
        ? `Not better, measured ${how}`
        : `Not proven: measured ${how}`,
    ]);
  return out;
}

/**
 * @param {{result: Result, before: string, active: string|null, activeName: string, promote: () => void, keep: () => void, kept: boolean}} options
 */
export function verdict({ result, before, active, activeName, promote, keep, kept }) {
  const total = change(result.before, result.after);
  const inUse = active === result.checkpoint;
  const actions = inUse
    ? [h("span.v-chip.ok.v-tall", null, icon("check", 14), "In use")]
    : [
        kept
          ? h("span.v-chip.v-tall", null, `${activeName} stays in use`)
          : button(`Keep ${activeName}`, { kind: "line lg", title: `Keep ${activeName} in use`, onclick: keep }),
        button(`Promote ${result.name}`, {
          kind: result.proven && (total ?? 0) > 0 ? "pri lg" : "line lg",
          icon: "check",
          title: `Put ${result.name} in use`,
          onclick: promote,
          id: "v-promote",
        }),
      ];
  return h(
    "section.v-card.v-verdict",
    { "data-proven": String(result.proven) },
    h(
      "div.v-nowrap",
      null,
      h(
        "div.v-row",
        null,
        h("span.v-t2", null, result.evaluation === "held-out" ? "Held-out AP" : "AP"),
        h(
          "span.v-chip",
          { class: result.proven ? "ok" : "warn", id: "v-proven" },
          result.proven ? "proven" : "not proven",
        ),
      ),
      h("div.v-big", null, points(ap(result.after)), " ", h("small", null, signed(total))),
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
          text,
        ),
      ),
    ),
    ...actions,
  );
}

/**
 * The table of before and after.
 * @param {Result} result @param {string} before name of the checkpoint before
 * @param {"category"|"video"} by @param {(by: "category"|"video") => void} choose
 */
export function comparison(result, before, by, choose) {
  const lines = by === "category" ? (result.per_category ?? []) : (result.per_video ?? []);
  const changes = lines
    .map((l) => Math.abs(change(l.before, l.after) ?? 0))
    .concat([Math.abs(change(result.before, result.after) ?? 0)]);
  const widest = Math.max(5, Math.ceil(Math.max(...changes)));
  const tracks = by === "category" && lines.some((l) => l.tracks !== undefined);
  const heads = [
    by === "category" ? "Category" : "Video",
    ...(tracks ? ["Tracks"] : []),
    before,
    result.name,
    "Change",
  ];
  const row = (
    /** @type {string} */ name,
    /** @type {number|undefined} */ n,
    /** @type {Measure} */ a,
    /** @type {Measure} */ b,
    sum = false,
  ) => {
    const c = change(a, b);
    return h(
      "tr",
      { class: sum ? "sum" : "" },
      h("td.v-name", { title: name }, name),
      tracks ? h("td", null, n === undefined ? "–" : count(n)) : null,
      h("td", null, points(ap(a))),
      h("td", null, points(ap(b))),
      h("td", null, signed(c)),
      h("td.mid", null, changeBar(c, widest)),
    );
  };
  const sum = tracks ? lines.reduce((t, l) => t + (l.tracks ?? 0), 0) : undefined;
  const switcher = h(
    "span.v-seg",
    { role: "group" },
    .../** @type {const} */ (["category", "video"]).map((key) =>
      h(
        "button",
        { type: "button", "aria-pressed": String(key === by), onclick: () => choose(key) },
        key === "category" ? "Category" : "Video",
      ),
    ),
  );
  return h(
    "section.v-card",
    { id: "v-comparison" },
    h("header", null, h("h2.v-grow", null, "Before and after"), switcher),
    h(
      "div.v-scroll",
      null,
      h(
        "table.v-table",
        null,
        h(
          "thead",
          null,
          h(
            "tr",
            null,
            ...heads.map((title) => h("th.v-name", { title }, title)),
            h(
              "th.mid",
              null,
              h(
                "span.v-scale",
                null,
                h("span", null, `−${widest}`),
                h("span", null, "AP"),
                h("span", null, `+${widest}`),
              ),
            ),
          ),
        ),
        h(
          "tbody",
          null,
          row("All", sum, result.before, result.after, true),
          ...lines.map((l) => row(l.name, l.tracks, l.before, l.after)),
        ),
      ),
    ),
  );
}

/** AP at other overlaps and the recall, before and after. @param {Result} result */
export function figures(result) {
  const keys = /** @type {const} */ (["AP50", "AP75", "AR1", "AR10"]);
  return h(
    "section.v-card",
    null,
    h("header", null, h("h2", null, "Other figures")),
    h(
      "div.bd",
      null,
      h(
        "dl.v-kv",
        null,
        ...keys
          .filter((k) => result.after?.[k] !== undefined)
          .flatMap((k) => [
            h("dt", null, k),
            h(
              "dd",
              null,
              h("span.v-t2", null, `${points(result.before?.[k])} → `),
              h("b", null, points(result.after[k])),
            ),
          ]),
      ),
    ),
  );
}

/** Videos the run was measured on. @param {Result} result */
export function measured(result) {
  if (!result.per_video?.length) return null;
  return h(
    "section.v-card",
    null,
    h(
      "header",
      null,
      h("h2.v-grow", null, result.evaluation === "held-out" ? "Held-out videos" : "Measured on"),
      h(
        "span.v-t3",
        null,
        result.evaluation === "held-out"
          ? "never trained on"
          : result.evaluation === "k-fold"
            ? "k-fold by video"
            : "its last third",
      ),
    ),
    h(
      "div.bd",
      null,
      ...result.per_video.map((v) =>
        h(
          "div.v-line",
          null,
          h("span.v-ell.v-grow", { title: v.name }, v.name),
          h("span.v-t2.v-nowrap", null, `${points(ap(v.before))} → `),
          h("b", null, points(ap(v.after))),
        ),
      ),
    ),
  );
}
