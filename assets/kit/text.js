// @ts-check
/** Numbers, times and sizes as text. */

/** "1,234". @param {number} value */
export const count = (value) => Math.round(value).toLocaleString("en-US");

/** "1 track", "3,000 tracks". @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** "0:07", "1:02:05", and with two digits "0:07.25". @param {number} seconds @param {number} [digits] of a second */
export function clock(seconds, digits = 0) {
  const rounded = Number(Math.max(0, seconds).toFixed(digits));
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - minutes * 60).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** "1.4 KB", "12.3 MB", "645 MB". @param {number} bytes */
export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 99.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** An average precision in points: "48.6"; a dash where there is none. @param {number|null|undefined} value 0 to 1 */
export function points(value) {
  return value === null || value === undefined || !(value >= 0) ? "–" : (value * 100).toFixed(1);
}

/** "today 14:02" or "3 Nov 14:02". @param {number} created unix seconds */
export function when(created) {
  const date = new Date(created * 1000);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return `today ${time}`;
  return `${date.getDate()} ${date.toLocaleString("en-US", { month: "short" })} ${time}`;
}

/** "now", "2 min", "3 h", "5 d". @param {number} created unix seconds @param {number} [now] unix seconds */
export function ago(created, now = Date.now() / 1000) {
  const seconds = Math.max(0, now - created);
  if (seconds < 60) return "now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}
