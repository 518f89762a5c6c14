/** What may become of a response. */
export interface ResponseEnd {
  /** All of it was sent, or nobody reads it any more. */
  done(): void;
  /** Its client has closed the connection before that. */
  gone?(): void;
}

/** Calls back when the response has come to its end. */
export function whenDone(response: Response, end: ResponseEnd): Response {
  // What is no stream is all there, and whether it arrives matters to nobody.
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) {
    end.done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      end.done();
    },
    async cancel(reason) {
      end.done();
      end.gone?.();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
