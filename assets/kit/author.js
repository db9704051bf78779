// @ts-check
/** Who makes the edits of this browser. */

const STORED = "v-author";
const SIGNED_IN = "v-signed-in";

/** The person who is signed in, else the author's name of this browser, made at the first call and then kept. @param {Storage} storage @param {string} [cookies] those of the page */
export function author(storage, cookies = globalThis.document?.cookie ?? "") {
  const known = signedIn(cookies);
  if (known) return `person:${known}`;
  const kept = storage.getItem(STORED);
  if (kept) return kept;
  const made = `person:${Math.random().toString(16).slice(2, 10)}`;
  storage.setItem(STORED, made);
  return made;
}

/** @param {string} cookies @returns {string} the name that the server's sign-in set, else "" */
function signedIn(cookies) {
  const found = cookies.split("; ").find((one) => one.startsWith(`${SIGNED_IN}=`));
  return found ? decodeURIComponent(found.slice(SIGNED_IN.length + 1)) : "";
}

/** Who did something, in words. @param {string} author @param {string} own name of this browser's author */
export function authorWords(author, own) {
  if (author === own) return "you";
  if (author.startsWith("run:")) return "a model or import";
  // Nobody knows the eight letters that a browser made; who is signed in has a name.
  return /^person:[0-9a-f]{8}$/.test(author) ? "another person" : author.replace(/^person:/, "");
}
