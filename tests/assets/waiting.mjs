/** Waits until a condition is true; fails after a minute, which is far more than anything here takes. */
export async function until(condition) {
  for (const end = Date.now() + 60_000; !condition();) {
    if (Date.now() > end) throw new Error(`it did not happen within a minute: ${condition}`);
    await new Promise((done) => setTimeout(done, 1));
  }
}
