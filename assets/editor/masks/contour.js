// @ts-check
/** A half drawn outline: anchors in order, each with the leg that leads to it. All functions return a new one. */

/** @typedef {readonly [number, number]} Place picture pixels */

/**
 * @typedef {object} Contour
 * @property {readonly Place[]} anchors
 * @property {readonly (readonly Place[])[]} legs points between an anchor and the one before it, without both
 * @property {readonly {anchor: Place, leg: readonly Place[]}[]} taken anchors that were taken back, newest last
 */

/** @type {Contour} */
export const EMPTY = Object.freeze({ anchors: [], legs: [], taken: [] });

/** @param {Contour} contour @param {Place} anchor @param {readonly Place[]} [leg] @returns {Contour} */
export const added = ({ anchors, legs }, anchor, leg = []) => ({
  anchors: [...anchors, anchor],
  legs: [...legs, leg],
  taken: [],
});

/** Without the last anchor. @param {Contour} contour @returns {Contour} the same where there is none */
export function takenBack(contour) {
  const { anchors, legs, taken } = contour;
  if (!anchors.length) return contour;
  const last = { anchor: anchors[anchors.length - 1], leg: legs[legs.length - 1] };
  return { anchors: anchors.slice(0, -1), legs: legs.slice(0, -1), taken: [...taken, last] };
}

/** With the anchor again that was taken back last. @param {Contour} contour @returns {Contour} */
export function givenBack(contour) {
  const { anchors, legs, taken } = contour;
  const last = taken[taken.length - 1];
  if (!last) return contour;
  return { anchors: [...anchors, last.anchor], legs: [...legs, last.leg], taken: taken.slice(0, -1) };
}

/** All points of the line, from the first anchor to the last. @param {Contour} contour @returns {Place[]} */
export function lineOf({ anchors, legs }) {
  return anchors.flatMap((anchor, i) => [...legs[i], anchor]);
}

/** Whether the line can enclose anything. @param {Contour} contour */
export const encloses = (contour) => lineOf(contour).length > 2;

/** Whether a point lies on the first anchor, which closes the outline. @param {Contour} contour @param {Place} point @param {number} near picture pixels */
export function closes(contour, [x, y], near) {
  const first = contour.anchors[0];
  return encloses(contour) && contour.anchors.length > 1 && Math.hypot(x - first[0], y - first[1]) <= near;
}
