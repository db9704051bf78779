// @ts-check
/** Searching in sorted lists. */

/**
 * How many entries lie before a value, which is the index of the first one at or after it.
 * @template T
 * @param {readonly T[]} sorted increasing in what `of` gives
 * @param {number} value
 * @param {(entry: T) => number} of
 */
export function countBefore(sorted, value, of) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(sorted[middle]) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What `countBefore` takes for numbers. @param {number} number */
export const itself = (number) => number;
