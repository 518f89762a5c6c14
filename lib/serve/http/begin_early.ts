/** How long an answer may take before its response begins without it, in milliseconds. */
const PATIENCE_MS = 250;
/** Proxies close connections on which nothing happens. */
const KEEP_ALIVE_MS = 15_000;
const EVENT_STREAM = "text/event-stream";
const encoder = new TextEncoder();

/**
 * Lets the response to a slow request begin as a stream of events before there is an answer: proxies, and
 * clients that wait for headers only so long, see that the server is at work.
 *
 * @param accept The client's `Accept` header.
 */
export async function beginEarly(
  answer: Promise<Response>,
  accept: string | null,
): Promise<Response> {
  if (!accept?.includes(EVENT_STREAM)) return await answer;
  let timer: ReturnType<typeof setTimeout>;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
  });
  const first = await Promise.race([answer, patience]).finally(() => clearTimeout(timer));
  return first ?? new Response(streamOf(answer), {
    headers: { "Content-Type": EVENT_STREAM, "Cache-Control": "no-cache, no-transform" },
  });
}

function streamOf(answer: Promise<Response>): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let keepAlive: ReturnType<typeof setInterval> | undefined;
  const comment = encoder.encode(": the answer is still to come\n\n");
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(comment);
      keepAlive = setInterval(() => controller.enqueue(comment), KEEP_ALIVE_MS);
    },
    async pull(controller) {
      try {
        reader ??= (await eventsOf(await answer)).getReader();
        clearInterval(keepAlive);
        const { value, done } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        clearInterval(keepAlive);
        throw error;
      }
    },
    async cancel(reason) {
      clearInterval(keepAlive);
      await reader?.cancel(reason);
    },
  });
}

/** A response's body as events; one without a body has none. */
async function eventsOf(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (!response.body) return ReadableStream.from([]);
  if (response.headers.get("Content-Type")?.startsWith(EVENT_STREAM)) return response.body;
  const json = await response.text();
  return ReadableStream.from([encoder.encode(`event: message\ndata: ${json}\n\n`)]);
}
