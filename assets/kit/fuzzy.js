// @ts-check
/** Fuzzy search: words of the query in any order, letters of a word in their order. */

/**
 * How well a text fits a query; more is better, 0 where it does not. Every word of the query must fit.
 * @param {string} query
 * @param {string} text
 */
export function fit(query, text) {
  const lower = text.toLowerCase();
  let sum = 1;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const score = fitOfWord(word, lower);
    if (!score) return 0;
    sum += score;
  }
  return sum;
}

/**
 * Which of many texts fit a query, for a list that keeps its order: letters apart from each other count only where no text
 * has the words as they are.
 * @param {string} query @param {readonly string[]} texts
 * @returns {(text: string) => boolean}
 */
export function fitsIn(query, texts) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (/** @type {string} */ text) => words.every((word) => text.toLowerCase().includes(word));
  return texts.some(has) ? has : (text) => fit(query, text) > 0;
}

/** @param {string} word @param {string} text both in small letters */
function fitOfWord(word, text) {
  let at = text.indexOf(word);
  while (at >= 0) {
    if (at === 0) return 100;
    if (!isLetter(text[at - 1])) return 80;
    const next = text.indexOf(word, at + 1);
    if (next < 0) return 30;
    at = next;
  }
  return scattered(word, text);
}

/**
 * Letters of the word apart from each other: the first one must begin a word of the text. A letter that follows the one
 * before, or that begins a word, costs nothing; each other one is a gap.
 * @param {string} word @param {string} text
 */
function scattered(word, text) {
  const begins = (/** @type {number} */ at) => at === 0 || !isLetter(text[at - 1]);
  // The fewest gaps so far of a match whose last letter lies at each place of the text.
  let gaps = Array.from(text, (sign, at) => (sign === word[0] && begins(at) ? 0 : Infinity));
  for (const letter of word.slice(1)) {
    const before = gaps;
    let fewest = Infinity;
    gaps = Array.from(text, (sign, at) => {
      const apart = fewest + (begins(at) ? 0 : 1);
      const near = at > 0 ? before[at - 1] : Infinity;
      fewest = Math.min(fewest, near);
      return sign === letter ? Math.min(near, apart) : Infinity;
    });
  }
  const fewest = Math.min(...gaps);
  return fewest === Infinity ? 0 : 40 / (1 + fewest);
}

/** @param {string} sign */
const isLetter = (sign) => /[\p{L}\p{N}]/u.test(sign);
