// @ts-check
/** Shapes of the server's JSON that pages and editor share, as types only; `app/web/wire.py` writes them. */

/**
 * @typedef {object} Category
 * @property {string} id
 * @property {string} name
 * @property {boolean} [retired] kept on its tracks, but no longer offered
 */

/** @typedef {"queued"|"running"|"cancelling"|"done"|"failed"|"cancelled"} JobStatus */

/**
 * @template [Result=unknown]
 * @typedef {object} Job a background job; times are unix seconds
 * @property {string} id
 * @property {string} kind see `words.js`
 * @property {string} project id
 * @property {string|null} video id
 * @property {JobStatus} status
 * @property {number|null} progress 0 to 1
 * @property {string|null} message what it does now
 * @property {number|null} eta_seconds
 * @property {string|null} error one sentence, of a failed job
 * @property {Result|null} result of a finished job; its shape depends on the kind
 * @property {number} created
 * @property {number|null} started
 * @property {number|null} finished
 */

/** @typedef {{unreviewed: number, accepted: number, corrected: number, rejected: number, look: number}} Counts masks by state */

/**
 * @typedef {object} VideoLine one video in the list of its project
 * @property {string} id
 * @property {string} name
 * @property {number} count frames
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {string} state new, proposed, review or done
 * @property {Counts} counts
 * @property {number} tracks
 * @property {number} [frames] frames with at least one row
 * @property {number} [bare] frames to be annotated that have no mask row and lie in no complete range
 * @property {number} seconds
 * @property {Job|null} [job] the active job of this video
 * @property {string|null} [problem] why its source cannot be read
 * @property {number} [last_edit]
 */

/**
 * @typedef {object} Project
 * @property {string} id
 * @property {string} name
 * @property {Category[]} categories
 * @property {boolean} [archived]
 * @property {number} removed removed videos
 * @property {VideoLine[]} videos
 */

/** @typedef {{id: string, name: string, videos: number}} ProjectLine a project in the list of all projects */

export {};
