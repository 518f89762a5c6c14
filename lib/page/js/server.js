/** The session has ended; the server's own page says how to get in again. */
export class NotLetIn extends Error {}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
export async function ask(path, options) {
  const response = await fetch(path, options);
  if (response.status === 401) {
    location.reload();
    throw new NotLetIn();
  }
  if (!response.ok) {
    const { error } = await response.json().catch(() => ({}));
    throw new Error(typeof error === "string" ? error : `The server answered ${response.status}`);
  }
  return response;
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 */
export async function askJson(path, options) {
  return await (await ask(path, options)).json();
}

/**
 * @param {string} path
 * @param {unknown} [body]
 */
export function post(path, body = {}) {
  return askJson(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** How long to wait before the server is asked again when it refused; milliseconds. */
const RETRY_MS = 3000;

/** The server's events while the page can be seen: a browser opens only six connections at once. */
export class ServerEvents {
  /**
   * @param {Record<string, (data: any) => void>} listeners By the event's name.
   * @param {(live: boolean) => void} setLive
   */
  constructor(listeners, setLive) {
    this.listeners = listeners;
    this.setLive = setLive;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.close();
      else this.open();
    });
  }

  /** The job whose usage is wanted, from now on. @param {string | undefined} id */
  watch(id) {
    this.watched = id;
    this.open();
  }

  open() {
    this.close();
    const query = this.watched ? `?watch=${encodeURIComponent(this.watched)}` : "";
    const source = this.source = new EventSource(`/api/events${query}`);
    for (const [name, listener] of Object.entries(this.listeners)) {
      source.addEventListener(name, (event) => listener(JSON.parse(event.data)));
    }
    source.addEventListener("open", () => this.setLive(true));
    source.addEventListener("error", () => {
      this.setLive(false);
      // Otherwise the browser tries again by itself.
      if (source.readyState === EventSource.CLOSED) this.retry(source);
    });
  }

  /** Finds out whether the session is over, or only the server busy. @param {EventSource} source */
  async retry(source) {
    await ask("/api/jobs?limit=1").catch(() => {});
    setTimeout(() => this.source === source && this.open(), RETRY_MS);
  }

  close() {
    this.source?.close();
    this.source = undefined;
  }
}
