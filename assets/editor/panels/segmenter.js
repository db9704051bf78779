// @ts-check
/** Which segmenter answers boxes and clicks: its name in the options bar, and the list to choose from. */

import { api } from "../api.js";
import { fill, h, icon } from "../../kit/dom.js";
import { goRound, popover } from "../../kit/floating.js";
import { messageOf } from "../../kit/request.js";
import { PREFERENCES } from "../state.js";

/** @typedef {import("../editor.js").Editor} Editor */
/** @typedef {import("../api.js").PrompterLine} PrompterLine */

/** Names on the button, where there is little room. @type {Record<string, string>} */
const TITLES = { cursor: "Automatic", u2netp: "U2-Netp", own: "Model", grabcut: "GrabCut", segmenter: "SAM" };

/** The button in the options bar. @param {Editor} app */
export function segmenterButton(app) {
  const name = h("span");
  /** @type {HTMLButtonElement} */
  const element = h(
    "button.v-btn.v-ghost.v-text",
    { type: "button", "aria-haspopup": "dialog", "data-role": "segmenter", onclick: () => choose(app, element) },
    icon("spark", 14),
    name,
    icon("down", 12),
  );
  const draw = () => {
    const { segmenter } = app.preferences.now;
    name.textContent = TITLES[segmenter] ?? segmenter;
    element.title = `What finds the mask of a box or a click: ${name.textContent}`;
  };
  app.preferences.on(["segmenter"], draw);
  draw();
  return element;
}

/** @param {Editor} app @param {Element} anchor */
async function choose(app, anchor) {
  const list = h("div.v-segmenters", { role: "radiogroup", "aria-label": "Segmenter", onkeydown: goRound });
  const close = popover(anchor, [h("h2.v-pophead", null, "Segmenter"), list], { width: 400, label: "Segmenter" });
  fill(list, h("p.v-t3.v-segnote", null, "Asking what can run…"));
  try {
    const { prompters } = await api.prompters(app.session.now.project?.id);
    fill(
      list,
      prompters.map((line) => entry(app, line, close)),
    );
    const now = list.querySelector("[aria-checked=true]") ?? list.querySelector(".v-item");
    if (now instanceof HTMLElement) now.focus();
  } catch (error) {
    fill(list, h("p.v-segnote", null, icon("warn", 16, "v-bad"), messageOf(error)));
  }
}

/** @param {Editor} app @param {PrompterLine} line @param {() => void} close */
function entry({ preferences }, { name, title, about, reason, command }, close) {
  const current = preferences.now.segmenter === name;
  const run = () => {
    if (reason) return;
    preferences.set({ segmenter: name });
    close();
  };
  const mark = current ? icon("check", 16, "v-acc") : h("span.v-segmark");
  const texts = h(
    "span.v-segtexts",
    null,
    h("span.v-segtitle", null, title, name === PREFERENCES.segmenter ? h("span.v-t3", null, "default") : null),
    about ? h("span.v-t2", null, about) : null,
    reason ? h("span.v-segreason", null, icon("warn", 14, "v-warn"), h("span", null, reason)) : null,
  );
  const attributes = { type: "button", role: "radio", "aria-checked": String(current), "data-do": name, onclick: run };
  if (reason) Object.assign(attributes, { "aria-disabled": "true" });
  return h("div.v-segmenter", null, h("button.v-item", attributes, mark, texts), command ? mends(command) : null);
}

/** The command that mends it, to be copied. @param {string} command */
function mends(command) {
  const done = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      done.textContent = "Copied";
    } catch {
      // Browsers give no clipboard to pages of other machines without encryption.
      done.textContent = "Copy it by hand";
    }
  };
  const attributes = { type: "button", title: "Copy the command", onclick: copy };
  return h("button.v-item.v-segcommand", attributes, h("code", null, command), icon("copy", 14, "v-t3"), done);
}
