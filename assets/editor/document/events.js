// @ts-check
/** The page's WebSocket: events of edits and jobs. It reconnects by itself and then receives the missed edits. */

/** Seconds between tries to connect, growing. */
const PAUSES = [1, 2, 4, 8, 15];
/** Seconds between messages that keep the connection open. */
const PING = 25;

/**
 * @param {object} parts
 * @param {string} parts.video
 * @param {string} parts.project
 * @param {() => number} parts.since number of the last edit seen
 * @param {(message: import("../../kit/wire.js").Message) => void} parts.onmessage
 * @param {(connected: boolean) => void} parts.onstate
 * @returns {() => void} closes it
 */
export function listenToEvents({ video, project, since, onmessage, onstate }) {
  /** @type {WebSocket|null} */
  let socket = null;
  let failures = 0;
  let closed = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  let timer;
  /** @type {ReturnType<typeof setInterval>|undefined} */
  let pings;

  function open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const query = new URLSearchParams({ video, project, since: String(since()) });
    socket = new WebSocket(`${scheme}://${location.host}/data/events?${query}`);
    socket.onopen = () => {
      failures = 0;
      onstate(true);
      pings = setInterval(() => socket?.readyState === WebSocket.OPEN && socket.send('{"type":"ping"}'), PING * 1000);
    };
    socket.onmessage = (event) => onmessage(JSON.parse(event.data));
    socket.onclose = () => {
      clearInterval(pings);
      if (closed) return;
      onstate(false);
      timer = setTimeout(open, PAUSES[Math.min(failures, PAUSES.length - 1)] * 1000);
      failures += 1;
    };
  }

  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    clearInterval(pings);
    socket?.close();
  };
}
