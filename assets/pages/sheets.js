// @ts-check
/** Side sheets that hold Gradio's forms: opening, closing, and the one-sentence answer of a form. */

import { fill, icon } from "../kit/dom.js";
import { isFloating } from "../kit/floating.js";
import { projectInAddress } from "./data.js";

/** @typedef {[kind: "ok"|"error", text: string, sheet: string, go: string]} Answer as `shell.Answer.as_list` writes it */
/** @typedef {{project: () => string, begin: (form: string) => string, open: (name: string) => void, close: () => void, answer: (answer: Answer|null) => void}} Sheets */

/** Make `window.vPages`, which the forms' own events call. Harmless when called twice. */
export function installSheets() {
  if (window.vPages) return;
  window.vPages = { project: projectInAddress, begin, open, close, answer };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.dataset.sheet && !isFloating()) close();
  });
  document.addEventListener("click", (event) => {
    const cross = /** @type {Element} */ (event.target).closest?.("[data-close]");
    if (cross) close();
  });
  addEventListener("input", (event) => forget(/** @type {Element} */ (event.target)));
}

/** A form is sent: its last answer is not about this. @param {string} form @returns {string} the project's id */
function begin(form) {
  showMessage(form, "", "");
  return projectInAddress();
}

/** A field is changed: the last answer of its form is about other values. @param {Element} field */
function forget(field) {
  const forms = [...document.querySelectorAll(".v-msg")].map((line) => /** @type {HTMLElement} */ (line).dataset.sheet);
  for (let at = /** @type {Node|null} */ (field); at; at = at.parentNode) {
    const { id = "" } = /** @type {Element} */ (at);
    const form = forms.find((name) => id.startsWith(`v-${name}-`));
    if (form) showMessage(form, "", "");
  }
}

/** A link may name a sheet; it opens once, and a reload shows the page as it is. */
export function openSheetOfAddress() {
  const query = new URLSearchParams(location.search);
  const sheet = query.get("sheet");
  if (!sheet) return;
  query.delete("sheet");
  history.replaceState(history.state, "", `${location.pathname}${query.size ? `?${query}` : ""}${location.hash}`);
  window.vReady.then((sheets) => sheets.open(sheet));
}

/** @param {string} name of a sheet of this page */
export function open(name) {
  const sheet = document.getElementById(`v-sheet-${name}`);
  if (!sheet) return;
  close();
  document.body.dataset.sheet = name;
  sheet.dataset.open = "";
  const cross = sheet.querySelector("[data-close]");
  if (cross && !cross.firstChild) fill(cross, icon("x"));
  showMessage(name, "", "");
  /** @type {NodeListOf<HTMLElement>} */
  const fields = sheet.querySelectorAll("textarea:not([disabled]), input[type=text], input:not([type])");
  // Fields that a form fills itself are hidden, and they come first.
  [...fields].find((field) => field.checkVisibility())?.focus({ preventScroll: true });
  window.dispatchEvent(new CustomEvent("v-sheet", { detail: name }));
}

/** Closes whatever sheet is open. */
export function close() {
  document.querySelectorAll(".v-sheet[data-open]").forEach((s) => s.removeAttribute("data-open"));
  delete document.body.dataset.sheet;
}

/**
 * A form's answer.
 * @param {Answer|null} list
 */
function answer(list) {
  if (!list) return;
  const [kind, text, sheet, go] = list;
  showMessage(sheet, kind, text);
  window.dispatchEvent(new CustomEvent("v-answer", { detail: { kind, text, sheet, go } }));
  if (kind === "ok") window.dispatchEvent(new Event("v-projects-changed"));
  if (go) location.assign(go);
}

/** Remove the message that a form's job began; a refusal stays. @param {string} sheet */
export function withdraw(sheet) {
  if (document.querySelector(`.v-msg[data-sheet="${CSS.escape(sheet)}"][data-kind="ok"]`)) showMessage(sheet, "", "");
}

/** @param {string} sheet @param {string} kind "ok", "error" or "" @param {string} text */
export function showMessage(sheet, kind, text) {
  for (const line of document.querySelectorAll(`.v-msg[data-sheet="${CSS.escape(sheet)}"]`)) {
    const place = /** @type {HTMLElement} */ (line);
    place.hidden = text === "";
    place.dataset.kind = kind;
    fill(place, text ? icon(kind === "error" ? "warn" : "check") : null, text);
  }
}
