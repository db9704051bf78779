// @ts-check
/** Kinds of edits as the page shows them. */

/** Icon and word by kind. @type {Record<string, [icon: string, word: string]>} */
export const KINDS = Object.freeze({
  brush: ["brush", "Brush"],
  erase: ["eraser", "Eraser"],
  polygon: ["polygon", "Polygon"],
  lasso: ["lasso", "Lasso"],
  track: ["plus", "New track"],
  accept: ["check", "Accepted"],
  reject: ["x", "Rejected"],
  look: ["warn", "Needs a look"],
  absent: ["absent", "Absent"],
  delete: ["trash", "Deleted"],
  key: ["kprev", "Key"],
  correct: ["edit", "Corrected"],
  relabel: ["tag", "Relabelled"],
  rename: ["edit", "Renamed"],
  complete: ["flag", "Complete"],
  propose: ["spark", "Proposed"],
  proposed: ["spark", "Proposed"],
  proposal: ["spark", "Proposed"],
  import: ["import", "Imported"],
  undo: ["undo", "Undid"],
  redo: ["redo", "Redid"],
});
