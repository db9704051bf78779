// @ts-check
/** Comments of the open video: those of the server, kept up with the events of other windows. */

/** @typedef {import("../../kit/wire.js").Comment} Comment */

/**
 * The list with a comment as it is now: an older write than the known one changes nothing, a deleted one leaves.
 * @param {readonly Comment[]} list @param {Comment} comment @returns {readonly Comment[]} the same list where nothing changed
 */
export function withComment(list, comment) {
  const known = list.find(({ id }) => id === comment.id);
  if (known ? known.change >= comment.change : comment.deleted) return list;
  const others = list.filter(({ id }) => id !== comment.id);
  return comment.deleted ? others : [...others, comment].sort((a, b) => a.frame - b.frame || a.created - b.created);
}

/** Those that wait for an answer. @param {readonly Comment[]} list */
export const openComments = (list) => list.filter(({ resolved }) => !resolved);

/** "Frame 12", "Track 3, frame 12", "Point on frame 12". @param {Pick<Comment, "frame"|"point"|"track">} comment @param {number|undefined} number of the track */
export function placeInWords({ frame, point, track }, number) {
  if (track !== null) return `${number === undefined ? "A deleted track" : `Track ${number}`}, frame ${frame}`;
  return point ? `Point on frame ${frame}` : `Frame ${frame}`;
}
