// @ts-check
/** Uploads video files; each file is a card with its progress until the server has it. */

import { button, fill, h, icon } from "../kit/dom.js";
import { size } from "../kit/text.js";

/** The upload of one file. */
class Upload {
  /** @param {File} file @param {string} project @param {() => void} changed @param {(u: Upload) => void} done @param {(u: Upload) => void} gone */
  constructor(file, project, changed, done, gone) {
    Object.assign(this, { file, changed, done, gone });
    this.file = file;
    this.share = 0;
    this.problem = "";
    const wire = (this.wire = new XMLHttpRequest());
    wire.upload.onprogress = (event) => {
      this.share = event.lengthComputable ? event.loaded / event.total : 0;
      changed();
    };
    wire.onload = () => {
      const body = parse(wire.responseText);
      if (wire.status < 300) return done(this);
      this.problem = body?.error ?? `The server answered ${wire.status} to ${file.name}.`;
      changed();
    };
    wire.onerror = () => {
      this.problem = "The connection broke; nothing of the file was kept.";
      changed();
    };
    wire.open("PUT", `/data/projects/${encodeURIComponent(project)}/videos?name=${encodeURIComponent(file.name)}`);
    wire.setRequestHeader("content-type", "application/octet-stream");
    wire.send(file);
    this.gone = gone;
  }

  cancel() {
    this.wire.abort();
    this.gone(this);
  }

  card() {
    const percent = Math.round(this.share * 100);
    const state = this.problem
      ? h("span.v-chip.bad", null, "Refused")
      : h("span.v-chip.acc", null, percent < 100 ? `Uploading ${percent} %` : "Reading");
    return h(
      "div.v-vc.v-upload",
      { "data-upload": this.file.name },
      h(
        "div.v-th",
        null,
        h("span.v-noimg", null, icon(this.problem ? "warn" : "import", 28)),
        this.problem ? null : h("span.v-pb", null, h("i", { style: { width: `${percent}%` } })),
      ),
      h(
        "div.v-vb",
        null,
        h("div.v-l1", null, h("b.v-ell.v-grow", { title: this.file.name }, this.file.name), state),
        h(
          "div.v-l2",
          null,
          h(
            "span.v-grow",
            { class: this.problem ? "v-badc" : "v-t3", role: this.problem ? "alert" : null },
            this.problem || size(this.file.size),
          ),
          button(this.problem ? "Dismiss" : "Cancel", { kind: "ghost", onclick: () => this.cancel() }),
        ),
      ),
    );
  }
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All uploads under way, and dropping files on the page. */
export class Uploads {
  /** @param {{project: () => string, changed: () => void, done: () => void}} options */
  constructor(options) {
    this.options = options;
    /** @type {Upload[]} */ this.items = [];
    window.addEventListener("v-upload", (event) => this.add(/** @type {CustomEvent} */ (event).detail));
  }

  /** @param {Iterable<File>} files */
  add(files) {
    const { changed, done, project } = this.options;
    const id = project();
    if (!id) return;
    /** @param {Upload} upload */
    const drop = (upload) => {
      this.items = this.items.filter((u) => u !== upload);
      changed();
    };
    const arrived = (/** @type {Upload} */ upload) => {
      drop(upload);
      done();
    };
    for (const file of files) this.items.push(new Upload(file, id, changed, arrived, drop));
    window.vPages?.close();
    changed();
  }

  /** Files may be dropped anywhere on the page. */
  acceptDrops() {
    const veil = h("div.v-drop", null, h("div", null, icon("import", 28), "Drop to add to this project"));
    const holder = h("div.v-plain", null);
    document.body.append(holder);
    const carries = (/** @type {DragEvent} */ event) =>
      event.dataTransfer?.types.includes("Files") && !(/** @type {Element} */ (event.target).closest?.(".v-sheet"));
    addEventListener("dragover", (event) => {
      if (!carries(event)) return fill(holder);
      event.preventDefault();
      if (!veil.isConnected) fill(holder, veil);
    });
    addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) fill(holder);
    });
    addEventListener("drop", (event) => {
      fill(holder);
      if (!carries(event) || !event.dataTransfer) return;
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    });
  }
}
