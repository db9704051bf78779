// @ts-check
/** A zip archive of files, without compression: pictures do not shrink, and no content is copied. */

/** @typedef {{path: string, file: Blob}} Packed a file of the archive; `path` has `/` between folders */

/** Sizes and numbers of an archive have 32 and 16 bits. */
export const MOST_BYTES = 0xffffffff;
export const MOST_FILES = 0xffff;
const UTF_8 = 0x0800;
const FIRST_OF_1980 = 0x21; // The date of every file, so that equal files give equal bytes.
const VERSION = 20;

const TABLE = Uint32Array.from({ length: 256 }, (_, number) => {
  let value = number;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * The archive; rejects with a sentence where the files are too many or too large for one.
 *
 * @param {Packed[]} files
 * @param {(done: number) => void} [packed] called with the number of files so far
 */
export async function zipOf(files, packed = () => {}) {
  const bytes = files.reduce((sum, one) => sum + one.file.size + 2 * one.path.length + 200, 0);
  if (files.length > MOST_FILES || bytes > MOST_BYTES) {
    throw new Error("This is too much for one upload (65,535 files, 4 GB); type its path on the server instead.");
  }
  /** @type {BlobPart[]} */ const parts = [];
  /** @type {BlobPart[]} */ const directory = [];
  let [at, listed] = [0, 0];
  for (const [k, { path, file }] of files.entries()) {
    const name = new TextEncoder().encode(path);
    const facts = [VERSION, UTF_8, 0, 0, FIRST_OF_1980];
    const sizes = [await checksum(file), file.size, file.size];
    const head = record([0x04034b50], facts, sizes, [name.length, 0]);
    const entry = record([0x02014b50], [VERSION, ...facts], sizes, [name.length, 0, 0, 0, 0], [0, at]);
    parts.push(head, name, file);
    directory.push(entry, name);
    at += head.length + name.length + file.size;
    listed += entry.length + name.length;
    packed(k + 1);
  }
  const end = record([0x06054b50], [0, 0, files.length, files.length], [listed, at], [0]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/** CRC-32 of a file, as zip has it. @param {Blob} file */
export async function checksum(file) {
  let value = 0xffffffff;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    for (const byte of part.value) value = TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** Numbers one after another, lowest byte first: the groups have by turns 32 and 16 bits. @param {number[][]} groups */
function record(...groups) {
  const widths = groups.flatMap((group, k) => group.map(() => (k % 2 ? 2 : 4)));
  const bytes = new Uint8Array(widths.reduce((sum, width) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [k, value] of groups.flat().entries()) {
    if (widths[k] === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
    at += widths[k];
  }
  return bytes;
}
