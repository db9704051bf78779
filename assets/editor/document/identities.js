// @ts-check
/** Changes of identities that a search suggests: those that are still open, and their reasons in words. */

import { plural } from "../../kit/text.js";

/** @typedef {import("./document.js").VideoDocument} VideoDocument */
/** @typedef {import("../../kit/wire.js").IdentityCandidate} IdentityCandidate */

/**
 * Whether the tracks still have the masks that the search compared, and nobody dismissed it. Rows that are not loaded yet
 * count as unchanged.
 * @param {VideoDocument} document @param {IdentityCandidate} candidate
 */
export function isOpenIdentity(document, { tracks, masks, dismissed }) {
  if (dismissed) return false;
  const stands = (/** @type {string} */ id) => {
    const track = document.tracks.get(id);
    return track !== undefined && !track.deleted && !track.rejected;
  };
  return (
    tracks.every(stands) &&
    masks.every(([track, frame, hash]) => {
      const row = document.row(track, frame);
      return row ? row.hash === hash : !document.isCovered(frame);
    })
  );
}

/** What the change is called, for people. @param {VideoDocument} document @param {IdentityCandidate} candidate */
export function titleOf(document, { kind, tracks, frame }) {
  const [one, other] = tracks.map((id) => document.tracks.get(id)?.number ?? "?");
  if (kind === "merge") return `Merge ${one} and ${other}`;
  return kind === "split" ? `Split ${one} at frame ${frame}` : `Swap ${one} and ${other} from frame ${frame} on`;
}

const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;

/** Why it is suggested, for people: what speaks for it most. @param {VideoDocument} document @param {IdentityCandidate} candidate */
export function whyOf(document, { kind, masks, evidence }) {
  const number = (/** @type {string} */ id) => document.tracks.get(id)?.number ?? "?";
  if (kind === "merge") {
    const [[out], [into]] = masks;
    const { frames, alike } = evidence;
    const when = frames > 0 ? `${plural(frames, "frame")} later` : "at once";
    const look = alike === undefined ? "" : `, ${percent(alike)} alike`;
    return `${number(out)} ends, ${number(into)} goes on ${when}${look}`;
  }
  const { place = 0, far = 0 } = evidence;
  if (kind === "split") {
    if (place < 0.3) return "It looks different from here on";
    return far < 0.1 ? "It jumps to another place" : "It jumps, and looks different from here on";
  }
  if (place < 0.2) return "They look like each other from here on";
  return far < 0.1 ? "They go on in each other's place" : "They go on in each other's place and look";
}
