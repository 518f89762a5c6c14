import type { EventStore, JSONRPCMessage } from "@modelcontextprotocol/server";

/** How much of a session can be sent again after a broken connection: messages, and their characters. */
const KEPT = 1000;
const KEPT_CHARACTERS = 4 * 2 ** 20;

interface Event {
  id: string;
  streamId: string;
  message: JSONRPCMessage;
  characters: number;
}

/** What a session's streams have sent, so that a client can resume one with `Last-Event-ID`. */
export class EventLog implements EventStore {
  readonly #events: Event[] = [];
  #count = 0;
  #characters = 0;

  storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const id = String(++this.#count);
    const characters = JSON.stringify(message).length;
    this.#events.push({ id, streamId, message, characters });
    this.#characters += characters;
    while (
      this.#events.length > KEPT ||
      (this.#characters > KEPT_CHARACTERS && this.#events.length > 1)
    ) this.#characters -= this.#events.shift()!.characters;
    return Promise.resolve(id);
  }

  getStreamIdForEventId(eventId: string): Promise<string | undefined> {
    return Promise.resolve(this.#events.find(({ id }) => id === eventId)?.streamId);
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const last = this.#events.findIndex(({ id }) => id === lastEventId);
    const streamId = this.#events[last]?.streamId ?? "";
    for (const event of this.#events.slice(last + 1)) {
      // An event without a message only gave its stream an id to resume from.
      if (event.streamId === streamId && "jsonrpc" in event.message) {
        await send(event.id, event.message);
      }
    }
    return streamId;
  }
}
