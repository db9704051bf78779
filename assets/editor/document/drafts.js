// @ts-check
/** Drafts of the open video: rows that a machine suggests, by run, as they arrive. */

/** @typedef {import("../../kit/wire.js").SentDraft} SentDraft */
/** @typedef {import("../../kit/wire.js").DraftRun} DraftRun */
/** @typedef {import("../../kit/wire.js").SentDrafts} SentDrafts */
/** @typedef {import("../masks/store.js").MaskStore} MaskStore */
/** @typedef {{tracks?: readonly string[]|null, start?: number|null, stop?: number|null}} Part of a draft; frames start to stop - 1, null or nothing for no bound */

/** Whether a draft belongs to a part. @param {SentDraft} draft @param {Part} part */
export const isIn = ({ track, frame }, { tracks, start, stop }) =>
  (!tracks || tracks.includes(track)) && frame >= (start ?? 0) && frame < (stop ?? Infinity);

export class Drafts {
  /** @param {MaskStore} masks */
  constructor(masks) {
    this.masks = masks;
    /** @type {Map<string, DraftRun>} */
    this.runs = new Map();
    /** @type {Map<string, Map<string, SentDraft>>} by run, then by track and frame */
    this.rows = new Map();
    /** @type {(runs: readonly string[]) => void} drafts of these runs came or went */
    this.onchange = () => {};
  }

  /** Take over drafts that were made just now. @param {SentDrafts} message */
  take({ runs, drafts, blobs }) {
    for (const [hash, counts] of Object.entries(blobs)) this.masks.add(hash, counts);
    for (const run of runs) this.runs.set(run.id, run);
    for (const draft of drafts) {
      let rows = this.rows.get(draft.run);
      if (!rows) this.rows.set(draft.run, (rows = new Map()));
      rows.set(`${draft.track}:${draft.frame}`, draft);
    }
    this.onchange(runs.map(({ id }) => id));
  }

  /** Take over all drafts of the video. @param {SentDrafts} answer */
  replace(answer) {
    const before = [...this.runs.keys()];
    this.runs.clear();
    this.rows.clear();
    this.take(answer);
    this.onchange(before);
  }

  /** Drafts of a run, by frame. @param {string|null} run @returns {SentDraft[]} */
  of(run) {
    const rows = [...(this.rows.get(run ?? "")?.values() ?? [])];
    return rows.sort((a, b) => a.frame - b.frame || (a.track < b.track ? -1 : 1));
  }

  /** The run of a job, null as long as it has no draft. @param {string} job id @returns {string|null} */
  runOf(job) {
    for (const run of this.runs.values()) if (run.job === job) return run.id;
    return null;
  }

  /** Drafts were applied or discarded, here or elsewhere. @param {import("../../kit/wire.js").RemovedDrafts} message */
  drop({ run, track, start, stop }) {
    const part = { tracks: track === null ? null : [track], start, stop };
    for (const one of run === null ? [...this.rows.keys()] : [run]) if (this.rows.has(one)) this.remove(one, part);
  }

  /** A part was applied or discarded. @param {string} run @param {Part} part */
  remove(run, part) {
    const rows = this.rows.get(run);
    for (const [name, draft] of rows ?? []) if (isIn(draft, part)) rows?.delete(name);
    if (!rows?.size) {
      this.rows.delete(run);
      this.runs.delete(run);
    }
    this.onchange([run]);
  }
}
