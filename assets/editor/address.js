// @ts-check
/** Project, video, frame and track in the page's address, so that a reload or a pasted link lands there. */

/**
 * @param {string} search of the location
 * @returns {{project: string|null, video: string|null, frame: number, track: number|null}} track is its number
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const whole = (/** @type {string} */ name) => {
    const text = query.get(name);
    return text !== null && /^\d+$/.test(text) ? Number(text) : null;
  };
  return {
    project: query.get("project"),
    video: query.get("video"),
    frame: whole("frame") ?? 0,
    track: whole("track"),
  };
}

/**
 * @param {{project: string|null, video: string|null, frame: number, track: number|null}} place
 * @param {string} [search] keeps what else is in it
 * @returns {string} query with its question mark
 */
export function writeAddress({ project, video, frame, track }, search = "") {
  const query = new URLSearchParams(search);
  const put = (/** @type {string} */ name, /** @type {string|number|null} */ value) => {
    if (value === null) query.delete(name);
    else query.set(name, String(value));
  };
  put("project", project);
  put("video", video);
  put("frame", video === null ? null : frame);
  put("track", track);
  return `?${query}`;
}

/** Address of another page, keeping the project. @param {string} path @param {string|null|undefined} project */
export const pageAddress = (path, project) => (project ? `${path}?project=${encodeURIComponent(project)}` : path);
