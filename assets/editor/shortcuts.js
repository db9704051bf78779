// @ts-check
/** The table of keys, their commands and scopes. The list of keys in the page is made from it. */

/** @typedef {{keys: string[], command: string, label: string, group: string, scope: string, repeat?: boolean}} Shortcut */

/** @param {string} group @param {[string, string, string, boolean?][]} rows keys (comma apart), command, label, repeats @returns {Shortcut[]} */
const group = (group, rows) =>
  rows.map(([keys, command, label, repeat = false]) => ({
    keys: keys.split(" or "),
    command,
    label,
    group,
    scope: "editor",
    repeat,
  }));

/** @type {readonly Shortcut[]} */
export const SHORTCUTS = Object.freeze([
  ...group("Move in time", [
    ["F or ArrowRight", "nextFrame", "Next frame", true],
    ["D or ArrowLeft", "previousFrame", "Previous frame", true],
    ["V", "tenOn", "Ten frames on", true],
    ["C", "tenBack", "Ten frames back", true],
    ["R", "nextKey", "Next key frame"],
    ["E", "previousKey", "Previous key frame"],
    ["Home", "firstFrame", "First frame"],
    ["End", "lastFrame", "Last frame"],
    ["Space", "play", "Play (tap), pan (hold and drag)"],
    [".", "nextInQueue", "Next in queue"],
    [",", "previousInQueue", "Previous in queue"],
  ]),
  ...group("Review", [
    ["A", "accept", "Accept"],
    ["X", "reject", "Reject"],
    ["!", "needsLook", "Needs a look"],
    ["K", "keyFrame", "Key frame"],
    ["O", "absent", "Absent"],
    ["Shift+Enter", "complete", "Complete"],
    ["Shift+F", "scopeFrame", "Scope: frame"],
    ["Shift+O", "scopeOnward", "Scope: onward"],
    ["Shift+W", "scopeWhole", "Scope: whole"],
  ]),
  ...group("Draw", [
    ["Escape", "escape", "Select, or cancel"],
    ["B", "brush", "Brush"],
    ["Shift+E", "eraser", "Eraser"],
    ["P", "polygon", "Polygon"],
    ["S", "lasso", "Lasso"],
    ["[", "smaller", "Smaller brush", true],
    ["]", "larger", "Larger brush", true],
    ["Enter", "finish", "Close the polygon"],
  ]),
  ...group("Tracks", [
    ["N", "newTrack", "New track"],
    ["Tab", "nextTrack", "Next track", true],
    ["Shift+Tab", "previousTrack", "Previous track", true],
    ["Ctrl+L", "relabel", "Relabel"],
    ["Delete or Backspace", "remove", "Delete"],
    ["H", "hide", "Hide, show"],
    ["L", "lock", "Lock, unlock"],
    ["Alt+H", "solo", "Only this track"],
  ]),
  ...group("See", [
    ["0", "fit", "Fit"],
    ["1", "actualSize", "100 %"],
    ["2", "zoomToTrack", "Zoom to track"],
    ["+ or =", "zoomIn", "Zoom in", true],
    ["-", "zoomOut", "Zoom out", true],
    ["Z", "clean", "Only the picture"],
  ]),
  ...group("General", [
    ["Ctrl+Z", "undo", "Undo", true],
    ["Ctrl+Shift+Z or Ctrl+Y", "redo", "Redo", true],
    ["Ctrl+S", "save", "Save (is automatic)"],
    ["?", "help", "This list"],
  ]),
]);

/** Name of a pressed key as the table writes it. @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event */
export function keyName(event) {
  const control = event.ctrlKey || event.metaKey;
  let key = event.key === " " ? "Space" : event.key;
  const letter = /^\p{L}$/u.test(key);
  if (letter) key = key.toUpperCase();
  const sign = key.length === 1 && !letter;
  const parts = [];
  // Some layouts reach [ ] and others with AltGr, which arrives as Ctrl and Alt.
  if (control && !(sign && event.altKey)) parts.push("Ctrl");
  if (event.altKey && !sign) parts.push("Alt");
  if (event.shiftKey && !sign) parts.push("Shift");
  return [...parts, key].join("+");
}

/** Keys bound twice in one scope. @param {readonly Shortcut[]} table @returns {string[]} */
export function boundTwice(table) {
  const seen = new Set();
  const twice = [];
  for (const { scope, keys } of table) {
    for (const key of keys) {
      const name = `${scope}: ${key}`;
      if (seen.has(name)) twice.push(name);
      seen.add(name);
    }
  }
  return twice;
}

/** @param {string} scope @param {string} key @returns {Shortcut|undefined} */
export function find(scope, key) {
  return SHORTCUTS.find((entry) => entry.scope === scope && entry.keys.includes(key));
}

const PRINTED = /** @type {Record<string, string>} */ ({
  ArrowRight: "→",
  ArrowLeft: "←",
  Delete: "Del",
  Escape: "Esc",
  Backspace: "Backspace",
  "-": "−",
});

/** A key as printed: "Ctrl Z". @param {string} key */
export function printed(key) {
  if (key === "+") return "+";
  return key
    .split("+")
    .map((part) => PRINTED[part] ?? part)
    .join(" ");
}

/** First key of a command, as printed; empty when it has none. @param {string} command */
export function keyOf(command) {
  const entry = SHORTCUTS.find((shortcut) => shortcut.command === command);
  return entry ? printed(entry.keys[0]) : "";
}

/** "Undo (Ctrl Z)". @param {string} label @param {string} command */
export function titled(label, command) {
  const key = keyOf(command);
  return key ? `${label} (${key})` : label;
}

/** Whether keys belong to the focused element. @param {EventTarget|null} target */
function typing(target) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !["range", "checkbox", "radio", "button"].includes(target.type);
}

/**
 * Whether a field waits for its request: keys that are typed meanwhile are meant for it, even without the focus.
 * @param {HTMLElement|null} field
 */
function inRequest(field) {
  return Boolean(field?.isConnected && (field.closest('[aria-busy="true"]') || field.matches(":disabled")));
}

/**
 * Listen to keys of the window.
 * @param {object} parts
 * @param {(command: string) => void} parts.run
 * @param {() => string} parts.scope which scope holds now
 * @param {(held: boolean) => boolean} parts.space Space goes down or up; on up: whether it was a tap
 * @returns {() => void} ends it
 */
export function listen({ run, scope, space }) {
  /** @type {HTMLElement|null} the field that had the focus last */
  let field = null;
  const focused = (/** @type {FocusEvent} */ event) => {
    if (event.target instanceof HTMLElement && typing(event.target)) field = event.target;
    else if (!inRequest(field)) field = null;
  };
  /** @param {KeyboardEvent} event */
  const down = (event) => {
    if (event.isComposing) return;
    if (!typing(event.target) && inRequest(field)) return;
    if (typing(event.target)) {
      const element = /** @type {HTMLElement} */ (event.target);
      const leaves = event.key === "Escape" || (event.key === "Enter" && !element.closest("form"));
      if (leaves && scope() === "editor") element.blur();
      return;
    }
    const name = keyName(event);
    const entry = find(scope(), name);
    if (!entry) return;
    const active = document.activeElement;
    const inPopover = event.target instanceof HTMLElement && event.target.closest(".v-pop");
    if (inPopover && ["Tab", "Shift+Tab", "Enter", "Space"].includes(name)) return;
    event.preventDefault();
    event.stopPropagation();
    if (active instanceof HTMLButtonElement && !inPopover) active.blur();
    if (name === "Space") {
      if (!event.repeat) space(true);
    } else if (!event.repeat || entry.repeat) run(entry.command);
  };
  /** @param {KeyboardEvent} event */
  const up = (event) => {
    if (event.key === " " && space(false) && !typing(event.target)) run("play");
  };
  window.addEventListener("focusin", focused, true);
  window.addEventListener("keydown", down, true);
  window.addEventListener("keyup", up, true);
  return () => {
    window.removeEventListener("focusin", focused, true);
    window.removeEventListener("keydown", down, true);
    window.removeEventListener("keyup", up, true);
  };
}
