import { join } from "node:path";
import type { News } from "../files/messages.ts";
import type { ProcessSpec } from "../files/process_spec.ts";

/** The longest path of a socket, in bytes. */
const LONGEST_PATH = 107;
const PIECE_BYTES = 64 * 1024;

export interface SessionLinksOptions {
  /** The folder with the sockets of sessions. */
  sockets: string;
  /** What a session says of its cells. */
  news: (news: News) => void;
  /** A session is gone, or cannot be spoken to: what became of this cell is yet to be found out. */
  lost: (cell: ProcessSpec) => void;
}

/**
 * Connections to sessions, which cells go through: by the launcher they would pass through two processes more.
 * Where no connection can be had the launcher has to do, among others under `--allow-net` for some hosts.
 */
export class SessionLinks {
  readonly #options: SessionLinksOptions;
  readonly #links = new Map<string, SessionLink>();
  readonly #opening = new Map<string, Promise<SessionLink | undefined>>();
  #isAllowed?: boolean;

  constructor(options: SessionLinksOptions) {
    this.#options = options;
  }

  /** Hands a cell over to its session; false where that cannot be. */
  async give(cell: ProcessSpec): Promise<boolean> {
    const { id } = cell.session!;
    const link = this.#links.get(id) ?? await this.#open(id);
    return await link?.give(cell) ?? false;
  }

  /** Whether a session has this cell from here, or will read it whatever becomes of this server. */
  has(cell: string): boolean {
    return [...this.#links.values()].some(({ cells }) => cells.has(cell));
  }

  /** Whether a session listens, as far as is known by now. */
  isOpen(session: string): boolean {
    return this.#links.has(session);
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  #open(id: string): Promise<SessionLink | undefined> {
    let opening = this.#opening.get(id);
    if (!opening) {
      opening = this.#connect(id).finally(() => this.#opening.delete(id));
      this.#opening.set(id, opening);
    }
    return opening;
  }

  async #connect(id: string): Promise<SessionLink | undefined> {
    const { sockets, news, lost } = this.#options;
    const path = join(sockets, id);
    // Asked for once, and not by the connection itself, which would ask the user.
    this.#isAllowed ??= Deno.permissions.querySync({ name: "net" }).state === "granted";
    if (!this.#isAllowed || new TextEncoder().encode(path).length > LONGEST_PATH) return undefined;
    let connection: Deno.UnixConn;
    try {
      connection = await Deno.connect({ transport: "unix", path });
    } catch {
      return undefined; // it has ended, or no descriptor can be had
    }
    const link = new SessionLink(connection, news, (cells) => {
      if (this.#links.get(id) === link) this.#links.delete(id);
      for (const cell of cells) lost(cell);
    });
    this.#links.set(id, link);
    return link;
  }
}

class SessionLink {
  /** Those that it has and that have not ended. */
  readonly cells = new Map<string, ProcessSpec>();
  readonly #connection: Deno.UnixConn;
  readonly #news: (news: News) => void;
  readonly #lost: (cells: ProcessSpec[]) => void;
  #written: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(
    connection: Deno.UnixConn,
    news: (news: News) => void,
    lost: (cells: ProcessSpec[]) => void,
  ) {
    this.#connection = connection;
    this.#news = news;
    this.#lost = lost;
    void this.#listen();
  }

  /** One that cannot be written is found out about as the others are. */
  async give(cell: ProcessSpec): Promise<boolean> {
    if (this.#isClosed) return false;
    this.cells.set(cell.id, cell);
    const bytes = new TextEncoder().encode(JSON.stringify({ run: cell }) + "\n");
    const done = this.#written.then(() => this.#write(bytes));
    this.#written = done.catch(() => this.#end());
    await this.#written;
    return true;
  }

  close(): void {
    this.cells.clear();
    this.#end();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#connection.write(bytes.subarray(at));
    }
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    const piece = new Uint8Array(PIECE_BYTES);
    let rest = "";
    while (true) {
      const count = await this.#connection.read(piece).catch(() => null);
      if (count === null) return this.#end();
      const lines = (rest + decoder.decode(piece.subarray(0, count), { stream: true })).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const news = JSON.parse(line) as News;
        if ("ended" in news) this.cells.delete(news.ended);
        this.#news(news);
      }
    }
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#connection.close();
    this.#lost([...this.cells.values()]);
  }
}
