// @ts-check
/** Who makes the edits of this browser. */

const STORED = "v-author";
const SIGNED_IN = "v-signed-in";
/** Begins the author of what a job or an import writes. */
export const MACHINE = "run:";

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
  if (author.startsWith(MACHINE)) return "a model or import";
  // Nobody knows the letters that a browser made.
  return lettersOf(author) ? "another person" : personOf(author);
}

/** The name of a person, or the letters that stand for one. @param {string} author */
export const personOf = (author) => author.replace(/^person:/, "");

/** The letters that a browser made for a person who is not signed in; "" for a name. @param {string} author */
export const lettersOf = (author) => /^person:([0-9a-f]{8})$/.exec(author)?.[1] ?? "";
