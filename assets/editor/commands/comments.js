// @ts-check
/** Comments: loading them, adding, resolving and deleting one, going to one, and a command that walks them. */

import { api } from "../api.js";
import { openComments, withComment } from "../document/comments.js";
import { messageOf } from "../../kit/request.js";
import { noVideo } from "./reasons.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../../kit/wire.js").Comment} Comment */
/** @typedef {import("./command.js").Command} Command */

/** Take over a comment of an answer or an event. @param {Editor} app @param {Comment} comment */
export function takeComment({ view }, comment) {
  view.set({ comments: withComment(view.now.comments, comment) });
}

/** Load the comments when a video opens, and again after a lost connection. @param {Editor} app */
export function followComments(app) {
  let loaded = "";
  const load = async () => {
    const { video, connected, phase } = app.session.now;
    const wanted = phase === "ready" && connected ? (video?.id ?? "") : "";
    if (wanted === loaded) return;
    loaded = wanted;
    if (!wanted) return;
    const answer = await api.comments(wanted).catch(() => null);
    // An event may have come before the answer.
    if (!answer) loaded = "";
    else if (loaded === wanted) app.view.set({ comments: answer.comments.reduce(newest, answer.comments.slice(0, 0)) });
    /** @param {readonly Comment[]} list @param {Comment} one @returns {readonly Comment[]} */
    function newest(list, one) {
      const known = app.view.now.comments.find(({ id }) => id === one.id);
      return withComment(list, known && known.change > one.change ? known : one);
    }
  };
  app.session.on(["video", "connected", "phase"], load);
}

/** Run a request that writes a comment; a toast shows why it failed. @param {Editor} app @param {Promise<Comment>} request @returns {Promise<Comment|null>} */
async function written(app, request) {
  try {
    const comment = await request;
    takeComment(app, comment);
    return comment;
  } catch (error) {
    app.toast({
      tone: "bad",
      icon: "warn",
      title: "The comment is not saved",
      text: messageOf(error),
      name: "comment",
    });
    return null;
  }
}

/** @param {Editor} app @param {string} video @param {{text: string, frame: number, track: string|null, point: [number, number]|null}} comment */
export const addComment = (app, video, comment) =>
  written(app, api.addComment(video, { ...comment, author: app.author }));

/** @param {Editor} app @param {string} id @param {{text?: string, resolved?: boolean, deleted?: boolean}} change */
export const changeComment = (app, id, change) =>
  written(app, api.changeComment(id, { ...change, author: app.author }));

/** Delete a comment; a toast offers it back. @param {Editor} app @param {Comment} comment */
export async function deleteComment(app, { id }) {
  if (!(await changeComment(app, id, { deleted: true }))) return;
  const restore = { label: "Restore", run: () => changeComment(app, id, { deleted: false }) };
  app.toast({ icon: "trash", title: "Comment deleted", text: "", name: "comment", actions: [restore] });
}

/** Show what a comment is about. @param {Editor} app @param {Comment} comment */
export function goToComment(app, { frame, track }) {
  app.commands.goto(frame);
  if (track !== null && app.document.tracks.get(track)?.deleted === false) app.commands.select(track);
}

/** @type {import("./reasons.js").Check} */
const noneOpen = (app) =>
  noVideo(app) ?? (openComments(app.view.now.comments).length ? null : "This video has no open comment.");

/** @type {Command} */
export const NEXT_COMMENT = Object.freeze({
  id: "nextComment",
  title: "Go to the next open comment",
  group: "Review",
  keys: ["Alt+N"],
  icon: "comment",
  whilePreview: true,
  unavailable: noneOpen,
  run: (app) => {
    const open = openComments(app.view.now.comments);
    const next = open.find(({ frame }) => frame > app.view.now.frame) ?? open[0];
    app.preferences.set({ tab: "comments" });
    goToComment(app, next);
  },
});
