// @ts-check
/**
 * Folders, and several files at once, dropped anywhere on the import page: they are packed into one archive, which
 * becomes the file of the import. A single file takes the same way without being packed.
 */

import { count } from "../kit/text.js";
import { messageOf } from "../kit/request.js";
import { showMessage } from "./sheets.js";
import { zipOf } from "./zip.js";

const FIELD = "v-import-file";
const LINE = "found"; // the line of the form that names what was chosen
const SHOWN_EVERY = 50; // files

/** @typedef {import("./zip.js").Packed} Packed */

/** Take whatever is dropped on the page. */
export function takeDrops() {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener(
    "drop",
    (event) => {
      const items = [...(event.dataTransfer?.items ?? [])].filter((item) => item.kind === "file");
      if (!items.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      // The items are gone after this event, the entries stay.
      const entries = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile()).filter((one) => one !== null);
      take(entries);
    },
    { capture: true },
  );
}

/** @param {(FileSystemEntry|File)[]} entries */
async function take(entries) {
  try {
    const files = (await Promise.all(entries.map((entry) => filesOf(entry)))).flat();
    if (!files.length) throw new Error("There is no file in what was dropped.");
    choose(await oneFile(entries, files));
  } catch (error) {
    showMessage(LINE, "error", messageOf(error));
  }
}

/**
 * The file itself, or an archive of all of them, named by the only folder.
 *
 * @param {{name: string}[]} entries what was dropped
 * @param {Packed[]} files
 */
async function oneFile(entries, files) {
  if (files.length === 1 && files[0].file instanceof File && files[0].path === files[0].file.name) {
    return files[0].file;
  }
  const tell = (/** @type {number} */ done) => {
    if (done % SHOWN_EVERY === 0) showMessage(LINE, "ok", `Packing: ${count(done)} of ${count(files.length)} files`);
  };
  const archive = await zipOf(files, tell);
  return new File([archive], `${entries.length === 1 ? entries[0].name : "files"}.zip`, { type: archive.type });
}

/** Put the file into the form, as if it was chosen there. @param {File} file */
function choose(file) {
  const input = /** @type {HTMLInputElement|null} */ (document.querySelector(`#${FIELD} input[type=file]`));
  if (!input) throw new Error("A file is chosen already; remove it, then drop the other one.");
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
  showMessage(LINE, "ok", `Uploading ${file.name}`);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

/**
 * The files of what was dropped, those of folders with their path.
 *
 * @param {FileSystemEntry|File} entry
 * @returns {Promise<Packed[]>}
 */
export async function filesOf(entry) {
  if (entry instanceof File) return [{ path: entry.name, file: entry }];
  if (isOfSystem(entry.name)) return [];
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const own = /** @type {FileSystemFileEntry} */ (entry);
    return [{ path, file: await new Promise((done, failed) => own.file(done, failed)) }];
  }
  const found = [];
  for (const inside of await inFolder(/** @type {FileSystemDirectoryEntry} */ (entry))) {
    found.push(...(await filesOf(inside)));
  }
  return found;
}

/** The entries of a folder in order of their names; a browser gives a hundred at a time. @param {FileSystemDirectoryEntry} folder */
async function inFolder(folder) {
  const reader = folder.createReader();
  /** @type {FileSystemEntry[]} */ const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    all.push(...some);
  }
}

/** Whether the system keeps a file for itself, which no data set needs. @param {string} name */
function isOfSystem(name) {
  return name.startsWith(".") || name === "__MACOSX" || name === "Thumbs.db" || name === "desktop.ini";
}
