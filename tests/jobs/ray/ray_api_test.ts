import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { RayApi } from "../../../lib/jobs/ray/ray_api.ts";
import { waitFor } from "../../helpers/wait_for.ts";

Deno.test("a log is read no more when that is aborted, however long it was read", async () => {
  let isLeft = false;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () =>
      new Response(
        new ReadableStream({
          start: (log) => log.enqueue(new TextEncoder().encode("line\n")),
          cancel: () => void (isLeft = true),
        }),
      ),
  );
  const api = new RayApi({ url: `http://127.0.0.1:${server.addr.port}` });
  const job = {
    submission_id: "i",
    status: "RUNNING",
    message: null,
    driver_node_id: "n",
  } as const;
  const reading = new AbortController();
  let lines = 0;
  let end: Error | undefined;
  (async () => {
    for await (const _ of await api.log(job, -1, true, reading.signal)) lines++;
  })().catch((error) => end = error);
  await waitFor(() => lines > 0, { what: "a line" });
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  for (let times = 0; times < 5; times++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  reading.abort();
  await waitFor(() => end !== undefined, { what: "the end of reading" });
  assert.equal(end?.name, "AbortError");
  await waitFor(() => isLeft, { what: "the end of the request" });
});
