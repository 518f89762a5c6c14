/** Calls back when all of the response was taken to be sent, or, with false, nobody reads it any more. */
export function whenDone(response: Response, done: (isTaken: boolean) => void): Response {
  if (!response.body) {
    done(true);
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await reader.read();
        if (!piece.done) return controller.enqueue(piece.value);
        controller.close();
        done(true);
      } catch (error) {
        controller.error(error);
        done(false);
      }
    },
    async cancel(reason) {
      done(false);
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
