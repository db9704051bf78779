/** Videos, projects, jobs and runs as the server sends them. */

export const counts = (values = {}) => ({ unreviewed: 0, accepted: 0, corrected: 0, rejected: 0, look: 0, ...values });

/** Masks that have a verdict, of all. */
const progress = ({ unreviewed, accepted, corrected, rejected, look }) => {
  const done = accepted + corrected + rejected;
  return { asked: unreviewed + look + done, done };
};

export const video = (id, values = {}) => ({
  id,
  name: `video ${id}`,
  count: 36,
  width: 640,
  height: 360,
  state: "new",
  counts: counts(),
  tracks: 0,
  seconds: 3,
  job: null,
  ...progress(values.counts ?? counts()),
  ...values,
});

export const project = (videos, values = {}) => ({
  id: "p",
  name: "street",
  categories: [],
  archived: false,
  removed: 0,
  videos,
  checkpoint: null,
  ...values,
});

export const job = (id, values = {}) => ({
  id,
  kind: "propose",
  status: "running",
  progress: 0.25,
  message: "window 1 of 4",
  eta_seconds: 75,
  error: null,
  result: null,
  video: null,
  created: 1000,
  started: 1010,
  finished: null,
  ...values,
});

/** What a page that is about project p asks for first. */
export const known = (more = {}) => ({
  "GET /data/projects": { projects: [{ id: "p", name: "street", videos: 2 }], archived: [], last: "p", ...more },
});

export const removed = (id, values = {}) => ({
  id,
  name: `video ${id}`,
  removed: 1000,
  count: 36,
  path: "/clips/a.mp4",
  copied: false,
  copy_bytes: null,
  tracks: 3,
  masks: 40,
  corrections: 5,
  verdicts: 7,
  ...values,
});

/** A track of the page of tracks. @param {number} number */
export const track = (number, values = {}) => ({
  id: `t${number}`,
  number,
  name: null,
  category: null,
  video: { id: "v", name: "clip" },
  state: "unreviewed",
  score: null,
  masks: 1,
  first: 5,
  last: 5,
  frame: 5,
  mask: `abc${number}`,
  area: 100,
  human: 0,
  sources: ["drawn"],
  author: "person:me",
  ...values,
});

export const facets = (values = {}) => ({
  categories: [],
  uncategorised: 0,
  states: {},
  sources: {},
  authors: {},
  videos: [{ id: "v", name: "clip" }],
  flags: {},
  attributes: [],
  comments: {},
  commenters: {},
  ...values,
});
