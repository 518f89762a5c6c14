/** Calls back when all of the response was sent, or nobody reads it any more. */
export function whenDone(response: Response, done: () => void): Response {
  // What is no stream is all there, and whether it arrives matters to nobody.
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream") || !response.body) {
    done();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await reader.read();
        if (!piece.done) return controller.enqueue(piece.value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      done();
    },
    async cancel(reason) {
      done();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
