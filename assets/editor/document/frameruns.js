// @ts-check
/** Numbers of frames as runs of neighbours. */

/**
 * Frames as runs without gaps.
 * @param {Iterable<number>} frames in any order
 * @returns {[first: number, last: number][]} both included, in order
 */
export function runsOf(frames) {
  /** @type {[first: number, last: number][]} */
  const runs = [];
  for (const frame of [...new Set(frames)].sort((a, b) => a - b)) lengthen(runs, frame);
  return runs;
}

/** Put a later frame into the last run, or into one of its own. @param {[first: number, last: number][]} runs changed @param {number} frame */
export function lengthen(runs, frame) {
  const last = runs.at(-1);
  if (last && last[1] === frame - 1) last[1] = frame;
  else runs.push([frame, frame]);
}
