// @ts-check
/** Edits that could not be saved, as a file: a person takes them along, and any browser sends them later. */

import { h } from "../../kit/dom.js";
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
 * @returns {Edit[]} throws an Error with one sentence when the file is another one
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
  const sound = (/** @type {any} */ edit) =>
    typeof edit?.id === "string" &&
    typeof edit.kind === "string" &&
    Array.isArray(edit.changes) &&
    edit.changes.every((/** @type {any} */ change) => change && typeof change.before === "object" && change.before);
  if (!read.edits.every(sound)) throw new Error("This file of edits is damaged.");
  return read.edits;
}

/** Give a person these edits as a file. @param {Editor} app @param {Edit[]} [edits] those that wait, unless others are given */
export function saveAsFile(app, edits = app.queue?.waiting ?? []) {
  const { video } = app.session.now;
  if (!video || !edits.length) return;
  const address = URL.createObjectURL(new Blob([toText(video, edits)], { type: "application/json" }));
  const name = `${video.name.replace(/[^\w.-]+/g, "_")} unsaved edits.json`;
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Let a person choose a file of edits, and queue them. @param {Editor} app */
export function loadFromFile(app) {
  const input = h("input", { type: "file", accept: ".json,application/json", hidden: true });
  input.addEventListener("change", async () => {
    const { video } = app.session.now;
    const file = input.files?.[0];
    input.remove();
    if (!file || !video) return;
    try {
      const added = app.queue.adopt(fromText(await file.text(), video));
      app.queue.retry();
      app.toast({
        title: added ? `${plural(added, "edit")} taken from the file` : "All of these edits wait here already",
      });
    } catch (/** @type {any} */ error) {
      app.toast({ tone: "bad", icon: "warn", title: "Not loaded", text: error.message });
    }
  });
  app.root.append(input);
  input.click();
}
