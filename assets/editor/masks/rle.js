// @ts-check
/**
 * Run lengths of masks as COCO writes them. Counts are column-major and start with a run of zeros.
 * Bitmaps are Uint8Array of height x width, row-major, 0 or 1.
 */

/**
 * Read a compressed COCO string.
 * @param {string} text
 * @returns {Uint32Array} run lengths
 */
export function parse(text) {
  const runs = new Uint32Array(text.length);
  let at = 0;
  let size = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    let more = 1;
    while (more) {
      const code = text.charCodeAt(at++) - 48;
      value |= (code & 31) << (5 * shift);
      more = code & 32;
      shift += 1;
      if (!more && code & 16) value |= -1 << (5 * shift);
    }
    if (size > 2) value += runs[size - 2];
    runs[size++] = value;
  }
  return runs.subarray(0, size);
}

/**
 * Write run lengths as a compressed COCO string, byte for byte what pycocotools writes.
 * @param {ArrayLike<number>} runs
 * @returns {string}
 */
export function stringify(runs) {
  const parts = [];
  for (let i = 0; i < runs.length; i += 1) {
    let value = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    let more = true;
    while (more) {
      let bits = value & 31;
      value >>= 5;
      more = bits & 16 ? value !== -1 : value !== 0;
      if (more) bits |= 32;
      parts.push(String.fromCharCode(bits + 48));
    }
  }
  return parts.join("");
}

/**
 * Run lengths of a bitmap.
 * @param {Uint8Array} bits height x width, 0 or 1
 * @param {number} height
 * @param {number} width
 * @param {[number, number, number, number]} [box] x0, y0, x1, y1 (exclusive) outside of which all is 0; saves time
 * @returns {number[]}
 */
export function encode(bits, height, width, box = [0, 0, width, height]) {
  const [x0, y0, x1, y1] = box;
  const runs = [];
  let value = 0;
  let length = x0 * height;
  for (let x = x0; x < x1; x += 1) {
    if (value && y0 > 0) {
      runs.push(length);
      length = 0;
      value = 0;
    }
    length += y0;
    for (let y = y0, at = y0 * width + x; y < y1; y += 1, at += width) {
      if (bits[at] !== value) {
        runs.push(length);
        length = 0;
        value = bits[at];
      }
      length += 1;
    }
    if (value && y1 < height) {
      runs.push(length);
      length = 0;
      value = 0;
    }
    length += height - y1;
  }
  if (value && x1 < width) {
    runs.push(length);
    length = 0;
  }
  length += (width - x1) * height;
  runs.push(length);
  return runs;
}

/**
 * Bitmap of run lengths.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} width
 * @param {Uint8Array} [out] written and returned; all of it is overwritten
 * @returns {Uint8Array}
 */
export function decode(runs, height, width, out = new Uint8Array(height * width)) {
  out.fill(0);
  eachColumnRun(runs, height, (x, y0, y1) => {
    for (let y = y0, at = y0 * width + x; y < y1; y += 1, at += width) out[at] = 1;
  });
  return out;
}

/**
 * Paint a mask into a picture of 32-bit words.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} width
 * @param {Uint32Array} words height x width
 * @param {number} colour
 */
export function paint(runs, height, width, words, colour) {
  eachColumnRun(runs, height, (x, y0, y1) => {
    for (let y = y0, at = y0 * width + x; y < y1; y += 1, at += width) words[at] = colour;
  });
}

/**
 * Go through the set pixels column by column.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {(x: number, y0: number, y1: number) => void} visit y1 is exclusive
 */
export function eachColumnRun(runs, height, visit) {
  let start = 0;
  for (let i = 0; i < runs.length; i += 1) {
    const end = start + runs[i];
    if (i % 2 === 1) {
      let at = start;
      while (at < end) {
        const x = Math.floor(at / height);
        const stop = Math.min(end, (x + 1) * height);
        visit(x, at - x * height, stop - x * height);
        at = stop;
      }
    }
    start = end;
  }
}

/** Number of set pixels. @param {ArrayLike<number>} runs */
export function area(runs) {
  let sum = 0;
  for (let i = 1; i < runs.length; i += 2) sum += runs[i];
  return sum;
}

/**
 * Smallest box around the set pixels.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @returns {[number, number, number, number]|null} x0, y0, x1, y1 (exclusive), null for an empty mask
 */
export function bounds(runs, height) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -1, -1];
  eachColumnRun(runs, height, (x, top, bottom) => {
    if (x < x0) x0 = x;
    if (x + 1 > x1) x1 = x + 1;
    if (top < y0) y0 = top;
    if (bottom > y1) y1 = bottom;
  });
  return x1 < 0 ? null : [x0, y0, x1, y1];
}

/**
 * Whether a pixel is set.
 * @param {ArrayLike<number>} runs
 * @param {number} height
 * @param {number} x
 * @param {number} y
 */
export function contains(runs, height, x, y) {
  const wanted = x * height + y;
  let end = 0;
  for (let i = 0; i < runs.length; i += 1) {
    end += runs[i];
    if (wanted < end) return i % 2 === 1;
  }
  return false;
}
