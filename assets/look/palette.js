// @ts-check
/** Colours of tracks. The index follows the track's own number in its video, never its place in a list. */

export const PALETTE = Object.freeze([
  "#EE862B",
  "#0C7CF4",
  "#6EF7F2",
  "#B02E9A",
  "#C8A4F6",
  "#767136",
  "#CEF034",
  "#12C281",
  "#FAB6B9",
  "#DB3869",
  "#F4DCA1",
  "#D05CCF",
  "#6CEB6F",
  "#2B7E74",
  "#8944CA",
  "#FD8BD0",
  "#A9CDFF",
  "#C9BB19",
  "#6B8D38",
  "#CE79FD",
]);

/**
 * Colour of a track.
 * @param {number} number the track's number, from 1
 * @returns {string} "#RRGGBB"
 */
export function colourOf(number) {
  return PALETTE[(((number - 1) % PALETTE.length) + PALETTE.length) % PALETTE.length];
}

/**
 * The number whose colour a track has: its own, or another one that a person chose.
 * @param {{number: number, extra: Record<string, unknown>}} track
 */
export function colourNumber({ number, extra: { colour } }) {
  return typeof colour === "number" && Number.isInteger(colour) && colour > 0 ? colour : number;
}

/**
 * How often the palette has gone round: 0 solid, 1 dashed, 2 and more dotted.
 * @param {number} number the track's number, from 1
 * @returns {0|1|2}
 */
export function roundOf(number) {
  return /** @type {0|1|2} */ (Math.min(2, Math.floor((number - 1) / PALETTE.length)));
}

/**
 * Red, green and blue of a hex colour, each 0 to 255.
 * @param {string} hex "#RRGGBB"
 * @returns {[number, number, number]}
 */
export function channels(hex) {
  return [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];
}

/**
 * Text colour that stays legible on a fill: dark ink on light colours, white on dark ones.
 * @param {string} hex "#RRGGBB"
 * @returns {string}
 */
export function inkOn(hex) {
  const [r, g, b] = channels(hex).map((v) => {
    const c = v / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.18 ? "#FFFFFF" : "#0B0C0E";
}

/**
 * Colour as the little-endian RGBA word that a Uint32 view of ImageData holds.
 * @param {string} hex "#RRGGBB"
 * @param {number} alpha 0 to 1
 * @returns {number} unsigned 32-bit
 */
export function word(hex, alpha) {
  const [r, g, b] = channels(hex);
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
