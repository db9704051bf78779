// @ts-check
/** Names of pressed keys, and how they are printed. */

/** Name of a pressed key: "F", "Ctrl+Shift+Z", "!". @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event */
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

const PRINTED = /** @type {Record<string, string>} */ ({
  ArrowRight: "→",
  ArrowLeft: "←",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Escape: "Esc",
  PageDown: "Page ↓",
  PageUp: "Page ↑",
  "-": "−",
});

/** A key as printed: "Ctrl Z". @param {string} key */
export function printed(key) {
  const parts = key.endsWith("+") ? [...key.slice(0, -1).split("+").filter(Boolean), "+"] : key.split("+");
  return parts.map((part) => PRINTED[part] ?? part).join(" ");
}
