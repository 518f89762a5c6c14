import type { JSONRPCMessage } from "@modelcontextprotocol/server";

type Id = string | number;

/** A response, as it goes out; `id: null` answers what could not be read. */
export type Answer = { jsonrpc: "2.0"; id?: Id | null };

interface Batch {
  open: Set<Id>;
  answers: Answer[];
}

/**
 * JSON-RPC batches, which protocol 2025-03-26 has and no later one: the answers to the requests of a
 * batch go out together, when the last of them is there.
 */
export class Batches {
  readonly #write: (answers: Answer[]) => void;
  readonly #batches = new Set<Batch>();

  constructor(write: (answers: Answer[]) => void) {
    this.#write = write;
  }

  /** @param refused Answers to those parts of the batch that are no messages. */
  open(messages: readonly JSONRPCMessage[], refused: readonly Answer[]): void {
    const open = messages.filter((message) => "method" in message && "id" in message)
      .map((message) => (message as { id: Id }).id);
    const batch = { open: new Set(open), answers: [...refused] };
    this.#batches.add(batch);
    this.#closeIfDone(batch);
  }

  /** Takes an answer that belongs to a batch; false when it belongs to none. */
  take(answer: Answer): boolean {
    return this.#settle(answer.id, (batch) => batch.answers.push(answer));
  }

  /** A request that was cancelled is not answered. */
  forget(id: unknown): void {
    this.#settle(id, () => {});
  }

  #settle(id: unknown, act: (batch: Batch) => void): boolean {
    for (const batch of this.#batches) {
      if (!batch.open.delete(id as Id)) continue;
      act(batch);
      this.#closeIfDone(batch);
      return true;
    }
    return false;
  }

  #closeIfDone(batch: Batch): void {
    if (batch.open.size > 0) return;
    this.#batches.delete(batch);
    if (batch.answers.length > 0) this.#write(batch.answers);
  }
}
