/** The version of the MCP Apps extension that is spoken here. */
const PROTOCOL = "2026-01-26";

/**
 * What a host may tell the view, by method.
 *
 * @typedef {Record<string, (params: any) => void>} HostListeners
 */

/**
 * Speaks with the host that shows the view: JSON-RPC 2.0 over `postMessage`, as the MCP Apps
 * extension (`io.modelcontextprotocol/ui`) has it.
 */
export class HostBridge {
  /**
   * @param {Window} host
   * @param {HostListeners} listeners For notifications, and for requests that are answered with `{}`.
   */
  constructor(host, listeners) {
    this.host = host;
    this.listeners = listeners;
    this.lastId = 0;
    /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
    this.open = new Map();
    /** @type {Record<string, unknown>} */
    this.capabilities = {};
    addEventListener("message", (event) => {
      if (event.source === host && event.data?.jsonrpc === "2.0") this.take(event.data);
    });
  }

  /** Introduces the view; returns what the host says of its surroundings. */
  async connect() {
    const { hostCapabilities, hostContext } = await this.request("ui/initialize", {
      appInfo: { name: "python-mcp job", version: "1" },
      appCapabilities: {},
      protocolVersion: PROTOCOL,
    });
    this.capabilities = hostCapabilities ?? {};
    this.notify("ui/notifications/initialized", {});
    return hostContext ?? {};
  }

  /**
   * Has the host call a tool of the server.
   *
   * @param {string} name
   * @param {Record<string, unknown>} input
   * @returns {Promise<any>} The result of `tools/call`.
   */
  callTool(name, input) {
    return this.request("tools/call", { name, arguments: input });
  }

  /**
   * Has the host read a resource of the server.
   *
   * @param {string} uri
   * @returns {Promise<{ mimeType?: string, text?: string, blob?: string }>}
   */
  async readResource(uri) {
    const { contents } = await this.request("resources/read", { uri });
    return contents[0] ?? {};
  }

  /**
   * @param {string} method
   * @param {unknown} params
   * @returns {Promise<any>}
   */
  request(method, params) {
    const id = ++this.lastId;
    this.send({ id, method, params });
    return new Promise((resolve, reject) => this.open.set(id, { resolve, reject }));
  }

  /**
   * @param {string} method
   * @param {unknown} params
   */
  notify(method, params) {
    this.send({ method, params });
  }

  /** @param {Record<string, unknown>} message */
  send(message) {
    // Who the host is, a view cannot know; only its own host gets this.
    this.host.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  /** @param {any} message */
  take({ id, method, params, result, error }) {
    if (method === undefined) {
      const request = this.open.get(id);
      this.open.delete(id);
      if (error) request?.reject(new Error(error.message));
      else request?.resolve(result);
      return;
    }
    const listener = this.listeners[method];
    listener?.(params ?? {});
    if (id === undefined) return;
    if (listener || method === "ping") this.send({ id, result: {} });
    else this.send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
  }
}
