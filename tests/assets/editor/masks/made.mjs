/** Random masks and pictures for the property tests; the same seed makes the same ones. */

/** Numbers from 0 to 1 (mulberry32). */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A bitmap of some boxes and some noise; may touch the border, may be empty. */
export function mask(next, height, width) {
  const bits = new Uint8Array(height * width);
  for (let count = Math.floor(next() * 4); count > 0; count -= 1) {
    const [x, y] = [Math.floor(next() * width), Math.floor(next() * height)];
    const [w, h] = [1 + Math.floor((next() * width) / 2), 1 + Math.floor((next() * height) / 2)];
    const value = next() < 0.75 ? 1 : 0;
    for (let row = y; row < Math.min(height, y + h); row += 1)
      bits.fill(value, row * width + x, row * width + Math.min(width, x + w));
  }
  const noise = next() < 0.5 ? next() * 0.3 : 0;
  for (let i = 0; i < bits.length; i += 1) if (next() < noise) bits[i] ^= 1;
  return bits;
}

/** RGBA pixels of flat patches with noise. */
export function picture(next, height, width) {
  const pixels = new Uint8ClampedArray(height * width * 4);
  const split = Math.floor(next() * width);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const base = x < split ? 60 : 160;
      for (let i = 0; i < 3; i += 1) pixels[4 * (y * width + x) + i] = base + 30 * i + Math.floor(next() * 12);
      pixels[4 * (y * width + x) + 3] = 255;
    }
  }
  return pixels;
}

export const sum = (bits) => bits.reduce((a, b) => a + b, 0);

/** Smallest box around the set pixels of a bitmap. */
export function boxOf(bits, width) {
  let box = null;
  bits.forEach((value, i) => {
    if (!value) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    box = box
      ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1)]
      : [x, y, x + 1, y + 1];
  });
  return box;
}

/** A region as a whole bitmap. */
export function whole(region, height, width) {
  const bits = new Uint8Array(height * width);
  if (!region) return bits;
  const [x0, y0, x1, y1] = region.box;
  for (let y = y0; y < y1; y += 1)
    for (let x = x0; x < x1; x += 1) {
      const value = region.bits[(y - y0) * (x1 - x0) + x - x0];
      if (x >= 0 && y >= 0 && x < width && y < height) bits[y * width + x] = value;
      else if (value) throw new Error(`pixel ${x}, ${y} lies outside of the picture`);
    }
  return bits;
}
