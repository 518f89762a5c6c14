import type { App } from "../../runs/app.ts";
import { countsOf, summaryOf } from "./job_json.ts";
import { sessionsOf } from "./session_json.ts";
import type { SessionUpdates } from "./session_updates.ts";
import type { UsageSampler } from "./usage_sampler.ts";

/** Proxies close streams on which nothing happens. */
const SIGN_OF_LIFE_MS = 15_000;
/** How soon a browser that lost the stream tries again. */
const RETRY_MS = 1000;

/** The server-sent events of all pages that are open. */
export class EventStreams {
  readonly #app: App;
  readonly #sampler: UsageSampler;
  readonly #sessions: SessionUpdates;
  readonly #open = new Set<() => void>();

  constructor(app: App, sampler: UsageSampler, sessions: SessionUpdates) {
    this.#app = app;
    this.#sampler = sampler;
    this.#sessions = sessions;
  }

  /** A stream of what changes, with the usage of one job if one is watched. */
  open(watch: string | null): Response {
    const app = this.#app;
    const encoder = new TextEncoder();
    let end = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const write = (text: string) => controller.enqueue(encoder.encode(text));
        const send = (event: string, data: unknown) =>
          write(`event: ${event}\nretry: ${RETRY_MS}\ndata: ${JSON.stringify(data)}\n\n`);
        const sendJob = (id: string) => {
          const row = app.jobs.store.get(id);
          if (row?.listed) send("job", { job: summaryOf(app, row), counts: countsOf(app) });
        };
        const sendSessions = async (changed: string[]) => {
          const sessions = await sessionsOf(app);
          if (this.#open.has(close)) send("sessions", { sessions, changed });
        };
        send("hello", { home: app.settings.home, now: Date.now(), counts: countsOf(app) });
        const stops = [
          app.updates.listen({
            jobChanged: sendJob,
            listChanged: () => send("list", { counts: countsOf(app) }),
          }),
          // What this server does is known at once.
          app.jobs.onChange(sendJob),
          this.#sessions.listen(sendSessions),
          ...(watch === null ? [] : [
            this.#sampler.watch(watch, (news) => send("usage", { id: watch, ...news })),
          ]),
        ];
        const timer = setInterval(() => write(": still here\n\n"), SIGN_OF_LIFE_MS);
        end = () => {
          clearInterval(timer);
          for (const stop of stops) stop();
          this.#open.delete(close);
        };
        const close = () => {
          end();
          controller.close();
        };
        this.#open.add(close);
      },
      cancel: () => end(),
    });
    return new Response(body, {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
      },
    });
  }

  close(): void {
    for (const close of [...this.#open]) close();
  }
}
