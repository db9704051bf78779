// @ts-check
/** The results of imports and exports: counts, the files, and what was left out and why. */

import { fill, h, icon } from "../kit/dom.js";
import { messageOf } from "../kit/request.js";
import { count, plural } from "../kit/text.js";
import { address, currentProject } from "./data.js";
import { certificates } from "./certificate.js";
import { takeDrops } from "./dropfolder.js";
import { CHANGED } from "./exportplan.js";
import { Imports } from "./imports.js";
import { jobList, problems } from "./joblist.js";
import { withdraw } from "./sheets.js";
import { Versions } from "./versions.js";

const KINDS = ["import", "export"];

/** @param {HTMLElement} element */
export async function mount(element) {
  const place = /** @type {HTMLElement} */ (element.querySelector("#v-exchange"));
  place.className = "v-page v-below";
  takeDrops();
  let project;
  try {
    project = await currentProject();
  } catch (error) {
    return fill(place, h("p.v-note.bad", { role: "alert" }, icon("warn"), messageOf(error)));
  }
  const jobs = h("div");
  /** @type {() => Promise<void>} */ let look = async () => {};
  const changed = () => window.dispatchEvent(new Event(CHANGED));
  const imports = new Imports(async () => {
    await look();
    changed();
  });
  const versions = project ? new Versions(project, () => look()) : null;
  fill(place, h("div.v-stack", null, imports.place, jobs, versions?.place));
  const looked = (/** @type {Set<string>} */ active) => {
    // The form's "It is under way" is true only as long as a job of its kind is active.
    KINDS.filter((kind) => !active.has(kind)).forEach(withdraw);
    imports.look();
    versions?.look();
  };
  look = jobList(jobs, {
    project,
    kinds: KINDS,
    looked,
    ended: changed,
    empty: project
      ? "Nothing was imported or exported in this project yet."
      : "There is no project yet; an import into a new one makes it.",
    outcome: (job) => outcome(job, project, imports),
    question: (job) => imports.answers(job),
  });
  window.addEventListener("v-answer", () => look());
}

/** @typedef {import("../kit/wire.js").Job} Job */

/**
 * @typedef {object} ImportResult
 * @property {string[]} [videos]
 * @property {number} [tracks]
 * @property {number} [masks]
 * @property {string[]} [new_categories]
 * @property {string[]} [skipped]
 * @property {string[]} [notes]
 * @property {string|null} [import_id]
 * @property {string|null} [project_id] the project that it went into
 * @property {boolean} [taken_back]
 */
/**
 * @typedef {object} ProposalsResult of an import of results of a model; numbers are of tracks
 * @property {"proposals"} as
 * @property {string} source name of the model
 * @property {string} digest SHA-256 of the file
 * @property {string} project_id
 * @property {string[]} videos
 * @property {number} tracks
 * @property {number} masks
 * @property {number} added
 * @property {number} replaced in place of proposals that stood before
 * @property {number} deleted
 * @property {number} dropped they were rejected before
 * @property {Record<string, number>} unmapped by classes that the project has no category for
 * @property {string[]} skipped
 * @property {string[]} notes
 * @property {boolean} [taken_back]
 */
/**
 * @typedef {object} ExportResult
 * @property {number} [videos]
 * @property {number} [tracks]
 * @property {number} [masks]
 * @property {string} [out] folder
 * @property {string} [again] the version that was written again
 * @property {string[]} [left_out]
 * @property {string[]} [background] sentences about what loaders take for background
 * @property {import("./certificate.js").Part[]} [parts] its files, with what each known loader does with them
 * @property {string[]} [gaps]
 * @property {string[]} [notes]
 */

/** What the results of a model became. @param {ProposalsResult} r @param {Imports} imports */
function proposals(r, imports) {
  const parts = [
    plural(r.added, "new track"),
    r.replaced ? `${count(r.replaced)} in place of earlier ones` : "",
    r.deleted ? `${count(r.deleted)} earlier ones deleted` : "",
    r.dropped ? `${count(r.dropped)} rejected before` : "",
  ].filter(Boolean);
  const unknown = Object.entries(r.unmapped).map(([name, n]) => `${name} (${count(n)})`);
  const { project_id: project } = r;
  return [
    h(
      "div",
      null,
      `Proposals of ${r.source} in ${plural(r.videos.length, "video")}: ${plural(r.masks, "mask")}, ${parts.join(", ")}.`,
      unknown.length ? ` Without a category of the project: ${unknown.join(", ")}.` : "",
    ),
    problems(r.skipped, "Left out"),
    problems(r.notes, "Notes"),
    h(
      "div.v-row",
      { style: { "margin-top": "6px" } },
      h("a.v-btn", { href: address("/", { project }) }, icon("film"), "Open the library"),
      r.taken_back || !r.videos.length ? null : imports.undoProposalsButton(r),
      r.taken_back ? h("span.v-t3", null, "Taken back.") : null,
    ),
  ];
}

/** @param {Job} job @param {string} project @param {Imports} imports */
function outcome(job, project, imports) {
  if (job.kind === "import" && /** @type {{as?: string}} */ (job.result ?? {}).as === "proposals") {
    return proposals(/** @type {ProposalsResult} */ (job.result), imports);
  }
  if (job.kind === "import") {
    const r = /** @type {ImportResult} */ (job.result ?? {});
    const made = r.new_categories ?? [];
    return [
      h(
        "div",
        null,
        `${plural(r.videos?.length ?? 0, "video")}, ${plural(r.tracks ?? 0, "track")}, ${plural(r.masks ?? 0, "mask")}.`,
        made.length
          ? ` New categories: ${made.slice(0, 8).join(", ")}${made.length > 8 ? ` and ${count(made.length - 8)} more` : ""}.`
          : "",
      ),
      problems(r.skipped, "Left out"),
      problems(r.notes, "Notes"),
      h(
        "div.v-row",
        { style: { "margin-top": "6px" } },
        h("a.v-btn", { href: address("/", { project: r.project_id || project }) }, icon("film"), "Open the library"),
        r.import_id && !r.taken_back ? imports.takeBackButton(r.import_id) : null,
        r.taken_back ? h("span.v-t3", null, "Taken back.") : null,
      ),
    ];
  }
  const r = /** @type {ExportResult} */ (job.result ?? {});
  return [
    h(
      "div",
      null,
      r.again ? `Version ${r.again}: ` : "",
      `${plural(r.videos ?? 0, "video")}, ${plural(r.tracks ?? 0, "track")}, ${plural(r.masks ?? 0, "mask")}.`,
    ),
    h("div.v-mono.v-path", null, r.out ?? ""),
    problems(r.left_out, "Left out"),
    problems(r.background, "Background for a loader"),
    problems(r.notes, "Notes"),
    problems(r.gaps, "Gaps and damage"),
    certificates(r.parts),
    h(
      "div.v-row",
      { style: { "margin-top": "6px" } },
      h(
        "a.v-btn",
        { href: `/data/jobs/${encodeURIComponent(job.id)}/annotations`, download: "", id: `v-json-${job.id}` },
        icon("export"),
        "Save the JSON",
      ),
    ),
  ];
}
