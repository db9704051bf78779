// @ts-check
/** Module workers that answer on a port of their own. */

/**
 * Begin a worker. Its first message brings its end of the port.
 * @param {URL} module
 * @returns {{worker: Worker, port: MessagePort}|null} null where there are no workers
 */
export function beginWorker(module) {
  if (typeof Worker === "undefined") return null;
  const worker = new Worker(module, { type: "module" });
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return { worker, port: port1 };
}
