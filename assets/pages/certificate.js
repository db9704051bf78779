// @ts-check
/** What each known loader does with the file of an export. */

import { h, icon } from "../kit/dom.js";

/** @typedef {{level: string, where: string, text: string, others: number}} Finding */

/**
 * @typedef {object} LoaderReport
 * @property {string} title
 * @property {boolean} right whether it reads the file, and reads it rightly
 * @property {boolean|null} trains null for a loader that does not train
 * @property {string} verdict a few words
 * @property {Finding[]} findings
 */

/** @typedef {{file: string, sound: boolean, loaders: LoaderReport[]}} Part one file of an export */

/** The certificates of the files of an export, null where there are none. @param {Part[]|undefined} parts */
export function certificates(parts) {
  if (!parts?.length) return null;
  return h("div", null, ...parts.map((part) => certificate(part, parts.length > 1)));
}

/** @param {Part} part @param {boolean} named */
function certificate(part, named) {
  const title = named ? `Loaders of ${part.file}` : "Loaders";
  const good = part.loaders.filter((one) => mark(one)[1] === "check").length;
  return h(
    "details.v-problems.v-certificate",
    { open: !part.sound, "data-sound": part.sound ? "" : null },
    h(
      "summary",
      null,
      `${title}: ${good === part.loaders.length ? `all ${good} read it` : `${good} of ${part.loaders.length} without a finding`}`,
    ),
    h("table.v-table.left", null, h("tbody", null, ...part.loaders.map(row))),
  );
}

/** Class and icon of a report. @param {LoaderReport} report */
function mark(report) {
  if (!report.right) return ["v-badc", "warn"];
  return report.trains === false ? ["v-warnc", "warn"] : ["v-okc", "check"];
}

/** @param {LoaderReport} report */
function row(report) {
  const [colour, name] = mark(report);
  return h(
    "tr",
    null,
    h("td", { class: colour }, icon(name)),
    h("td", null, report.title),
    h(
      "td.v-wrap",
      null,
      h("div", null, report.verdict),
      ...report.findings.map((one) =>
        h("div.v-t3", null, `${one.where}: ${one.text}${one.others ? ` (${one.others} more)` : ""}`),
      ),
    ),
  );
}
