import assert from "node:assert/strict";
import { sharedDashboard } from "../../helpers/dashboard_server.ts";
import { began, ran, shown, writeSession } from "../../helpers/transcript_scene.ts";

const shared = sharedDashboard();

Deno.test("the API gives a session's pictures, and nothing else by their paths", async () => {
  const { home, server } = await shared();
  const folder = writeSession(home.join("home"), "work", [
    began(),
    ran(1, "plot()", [shown("pictures/cell_3_1.png"), shown("pictures/../transcript.jsonl")]),
  ]);
  Deno.symlinkSync(`${folder}/transcript.jsonl`, `${folder}/pictures/link.png`);
  const { parts } = await (await server.fetch("/api/sessions/work")).json();
  const [picture, other] = parts[0].outputs;
  const response = await server.fetch(picture.src);
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.match(response.headers.get("content-security-policy")!, /sandbox/);
  assert((await response.arrayBuffer()).byteLength > 0);
  assert.deepEqual(other, { kind: "text", text: "<Figure size 640x480 with 1 Axes>\n" });
  const statuses = [];
  for (
    const path of [
      "work/pictures/link.png",
      "work/pictures/..%2Ftranscript.jsonl",
      "work/pictures/none.png",
      "..%2Fsessions%2Fwork/pictures/cell_3_1.png",
      "..%2Fsessions%2Fwork",
      "none",
      "none/end",
      "work/else",
    ]
  ) {
    const method = path.endsWith("end") ? "POST" : "GET";
    const answer = await server.fetch(`/api/sessions/${path}`, { method, body: undefined });
    statuses.push([path, answer.status]);
    await answer.body?.cancel();
  }
  assert.deepEqual(statuses.map(([, status]) => status), [404, 404, 404, 400, 400, 400, 400, 404]);
});
