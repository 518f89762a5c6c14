/** How far the server's clock is ahead of the browser's; milliseconds. */
let ahead = 0;

/** All times come from the server, so its clock counts. @param {number} serverNow */
export function setClock(serverNow) {
  ahead = serverNow - Date.now();
}

/** The server's time; milliseconds since 1970. */
export function now() {
  return Date.now() + ahead;
}
