// @ts-check
/** Times of frames, and playing at the video's own rate. */

/**
 * Seconds of a frame from the first one.
 * @param {{pts: number[], time_base: [number, number]}} video
 * @param {number} frame
 */
export function secondsOf(video, frame) {
  const { pts } = video;
  return pts.length ? secondsAt(video, pts[Math.min(frame, pts.length - 1)]) : 0;
}

/**
 * Seconds of a time of the file from the first frame.
 * @param {{pts: number[], time_base: [number, number]}} video
 * @param {number} at as in `pts`
 */
export function secondsAt({ pts, time_base: [n, d] }, at) {
  return ((at - (pts[0] ?? 0)) * n) / d;
}

/**
 * The last frame that is due after some seconds.
 * @param {{pts: number[], time_base: [number, number], count: number}} video
 * @param {number} seconds from the first frame
 */
export function frameAt(video, seconds) {
  let low = 0;
  let high = video.count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (secondsOf(video, middle) <= seconds + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Play at the video's own rate; where a picture is late playing waits instead of skipping masks.
 * @param {object} parts
 * @param {{pts: number[], time_base: [number, number], count: number}} parts.video
 * @param {import("./store.js").Store<import("./state.js").View>} parts.view
 * @returns {() => void} stops it
 */
export function play({ video, view }) {
  const [first, last] = view.now.range ?? [0, video.count - 1];
  const begin = view.now.frame >= last || view.now.frame < first ? first : view.now.frame;
  view.set({ frame: begin, playing: true });
  let origin = performance.now() - (secondsOf(video, begin) * 1000) / view.now.rate;
  let rate = view.now.rate;
  let asked = requestAnimationFrame(step);

  function step() {
    const now = performance.now();
    const { frame, shown } = view.now;
    if (shown !== frame || rate !== view.now.rate) {
      rate = view.now.rate;
      origin = now - (secondsOf(video, frame) * 1000) / rate;
    } else {
      const due = frameAt(video, ((now - origin) / 1000) * rate);
      if (frame >= last) {
        view.set({ playing: false });
        return;
      }
      if (due > frame) view.set({ frame: Math.min(due, last) });
    }
    asked = requestAnimationFrame(step);
  }
  return () => {
    cancelAnimationFrame(asked);
    view.set({ playing: false });
  };
}
