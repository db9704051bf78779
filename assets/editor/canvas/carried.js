// @ts-check
/**
 * Canvases that go where the picture goes. To draw all lines anew costs the browser several frames of the display, to
 * move what is drawn costs nothing: so a drag or a wheel moves it, and it is drawn once the picture rests.
 */

/** @typedef {{scale: number, x: number, y: number}} Place of the picture, as of `Viewport` */

export class Carried {
  constructor() {
    /** @type {Map<HTMLCanvasElement, Place>} where the picture lay when each was drawn */
    this.places = new Map();
  }

  /** A canvas is drawn for this place. @param {HTMLCanvasElement} canvas @param {Place} place */
  drawn(canvas, { scale, x, y }) {
    this.places.set(canvas, { scale, x, y });
    canvas.style.transform = "";
  }

  /** The picture lies elsewhere. @param {Place} place */
  follow({ scale, x, y }) {
    for (const [canvas, was] of this.places) {
      const grown = scale / was.scale;
      canvas.style.transform = `translate(${x - was.x * grown}px, ${y - was.y * grown}px) scale(${grown})`;
    }
  }

  /** Whether a canvas shows what was drawn for another place. @param {HTMLCanvasElement} canvas @param {Place} place */
  isCarried(canvas, { scale, x, y }) {
    const was = this.places.get(canvas);
    return Boolean(was) && (was?.scale !== scale || was.x !== x || was.y !== y);
  }
}
