// @ts-check
/** Pixels of the screen per CSS pixel. */

/**
 * Call a listener after each change of `devicePixelRatio`: a window that goes to another screen need not change its size.
 * @param {() => void} changed
 */
export function onPixelRatio(changed) {
  // The query asks for one ratio: for the next change it is another one.
  const wait = () =>
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        wait();
        changed();
      },
      { once: true },
    );
  wait();
}
