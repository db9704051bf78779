// @ts-check
/** Unsent edits as a file, which any browser can send later. */

import { h } from "../../kit/dom.js";
import { messageOf } from "../../kit/request.js";
import { plural } from "../../kit/text.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("./editbatch.js").Edit} Edit */

const FORMAT = "tevit-edits";

/** @param {{id: string, name: string}} video @param {Edit[]} edits @returns {string} the file's text */
export function toText(video, edits) {
  return JSON.stringify({ format: FORMAT, version: 1, video: { id: video.id, name: video.name }, edits }, null, 1);
}

/**
 * The edits of a file for this video.
 * @param {string} text @param {{id: string, name: string}} video
 * @returns {Edit[]} throws an Error with one sentence when the file is of another kind or video
 */
export function fromText(text, video) {
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    read = null;
  }
  if (read?.format !== FORMAT || !Array.isArray(read.edits)) throw new Error("This file holds no saved edits.");
  if (read.video?.id !== video.id)
    throw new Error(`These edits belong to the video ${read.video?.name ?? "of another project"}.`);
  const sound = (/** @type {Partial<Edit>|null} */ edit) =>
    typeof edit?.id === "string" &&
    typeof edit.kind === "string" &&
    Array.isArray(edit.changes) &&
    edit.changes.every((change) => change && typeof change.before === "object" && change.before);
  if (!read.edits.every(sound)) throw new Error("This file of edits is damaged.");
  return read.edits;
}

/** Save edits as a file. @param {Editor} app @param {Edit[]} [edits] by default all unsent ones */
export function saveAsFile(app, edits = app.queue?.waiting ?? []) {
  const { video } = app.session.now;
  if (!video || !edits.length) return;
  const address = URL.createObjectURL(new Blob([toText(video, edits)], { type: "application/json" }));
  const name = `${video.name.replace(/[^\w.-]+/g, "_")} unsaved edits.json`;
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Ask for a file of edits and queue them. @param {Editor} app */
export function loadFromFile(app) {
  const input = h("input", { type: "file", accept: ".json,application/json", hidden: true });
  input.addEventListener("change", async () => {
    const { video } = app.session.now;
    const { queue } = app;
    const file = input.files?.[0];
    input.remove();
    if (!file || !video || !queue) return;
    try {
      const added = queue.adopt(fromText(await file.text(), video));
      queue.retry();
      app.toast({
        title: added ? `${plural(added, "edit")} taken from the file` : "All of these edits wait here already",
      });
    } catch (error) {
      app.toast({ tone: "bad", icon: "warn", title: "Not loaded", text: messageOf(error) });
    }
  });
  app.root.append(input);
  input.click();
}
