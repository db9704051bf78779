// @ts-check
/** The verbs: commands that change tracks in time and space, one file each. */

import { ABSENT, ABSENT_UNTIL_BACK, END_HERE, START_HERE } from "./absence.js";
import { BY_CATEGORY } from "./bycategory.js";
import { COPY_MASK, COPY_ONWARD, PASTE_MASK } from "./clipboard.js";
import { DOCTOR } from "./doctor.js";
import { DUPLICATE } from "./duplicate.js";
import { END_TO_HERE, MOVE_END } from "./extend.js";
import { INTERPOLATE } from "./interpolate.js";
import { JOIN } from "./join.js";
import { MERGE } from "./merge.js";
import { NAMING } from "./naming.js";
import { RESTORE } from "./restore.js";
import { SPREAD } from "./spread.js";
import { SPLIT } from "./split.js";
import { SPLIT_SPACE } from "./splitspace.js";
import { SWAP } from "./swap.js";

/** @type {readonly import("../commands/command.js").Command[]} in the order of the context menus */
export const VERBS = Object.freeze([
  MERGE,
  SPLIT,
  SWAP,
  JOIN,
  SPLIT_SPACE,
  START_HERE,
  END_HERE,
  ABSENT,
  ABSENT_UNTIL_BACK,
  END_TO_HERE,
  MOVE_END,
  INTERPOLATE,
  ...SPREAD,
  COPY_ONWARD,
  COPY_MASK,
  PASTE_MASK,
  DUPLICATE,
  RESTORE,
  ...NAMING,
  ...BY_CATEGORY,
  ...DOCTOR,
]);
