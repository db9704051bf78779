// @ts-check
/** Half drawn outlines in the storage of the tab, by video: neither another video nor a reload of the page loses them. */

/** @typedef {import("./contours.js").Kept} Kept */
/** @typedef {import("../document/document.js").VideoDocument} VideoDocument */
/** @typedef {import("../editor.js").Editor} Editor */

const PREFIX = "v-outlines:";

/**
 * @param {Pick<Storage, "setItem"|"removeItem">} storage @param {string} video id @param {readonly Kept[]} outlines
 * @returns {boolean} false where the storage is full: then they last as long as the page
 */
export function storeOutlines(storage, video, outlines) {
  const kept = outlines.filter(({ thrown }) => !thrown).map(({ ahead, ...outline }) => outline);
  try {
    if (kept.length) storage.setItem(PREFIX + video, JSON.stringify(kept));
    else storage.removeItem(PREFIX + video);
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
  return true;
}

/**
 * What stores the outlines of a canvas after each change of them. The first time that the storage is full a toast appears.
 * @param {Pick<Editor, "toast">} app @param {Pick<Storage, "setItem"|"removeItem">} storage @param {string} video id
 * @param {Pick<import("./layers.js").Layers, "contours">} layers @returns {() => void}
 */
export function outlineKeeper(app, storage, video, layers) {
  let full = false;
  return () => {
    const wasFull = full;
    full = !storeOutlines(storage, video, layers.contours);
    if (full && !wasFull)
      app.toast({
        tone: "warn",
        icon: "warn",
        title: "Outlines are not stored",
        text: "The browser's storage is full: half drawn outlines last only as long as this page.",
        name: "outlines",
      });
  };
}

/**
 * Those of tracks that still are there; what is no outline is left out.
 * @param {Pick<Storage, "getItem">} storage @param {string} video id @param {VideoDocument} document @returns {Kept[]}
 */
export function storedOutlines(storage, video, document) {
  const stands = (/** @type {Kept} */ { stroke }) =>
    stroke.newTrack !== null || document.tracks.get(stroke.track)?.deleted === false;
  return parsed(storage.getItem(PREFIX + video))
    .filter(isOutline)
    .map((outline) => ({ ...outline, ahead: [], thrown: false }))
    .filter(stands);
}

/** @param {string|null} text @returns {unknown[]} */
function parsed(text) {
  try {
    /** @type {unknown} */
    const found = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return [];
  }
}

/** @param {unknown} value @returns {value is Kept} */
function isOutline(value) {
  const { tool, stroke, contour } = /** @type {Partial<Kept>} */ (value ?? {});
  const lists = [contour?.anchors, contour?.legs, contour?.taken];
  return (
    typeof tool === "string" &&
    Number.isInteger(stroke?.frame) &&
    stroke?.newTrack !== undefined &&
    lists.every(Array.isArray)
  );
}
