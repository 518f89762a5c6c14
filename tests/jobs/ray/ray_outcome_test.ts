import assert from "node:assert/strict";
import type { RayJob } from "../../../lib/jobs/ray/ray_api.ts";
import { outcomeBy } from "../../../lib/jobs/ray/ray_outcome.ts";

/** What Ray 2.60 says of jobs, and what of that people are told. */
const ENDS: Record<string, { message: string | null; on?: { node: string }; error: string }> = {
  "its node has died": {
    message:
      "Job supervisor actor died: The actor died unexpectedly before finishing this task.\n" +
      "\tclass_name: JobSupervisor\n\tip: 127.0.0.2\nThe actor died because its node has died. " +
      "Node Id: bc96b2a43d5d\n\tthe actor's node was terminated unexpectedly: health check failed " +
      "due to missing too many heartbeats",
    on: { node: "second" },
    error: "The job is lost: its node second has died (the actor's node was terminated " +
      "unexpectedly: health check failed due to missing too many heartbeats)",
  },
  "its node has died before it could say its name": {
    message: "The actor died because its node has died.",
    error: "The job is lost: its node has died (Ray does not say why)",
  },
  "no node had room for it": {
    message: "Job supervisor actor failed to start within 900.0 seconds. This timeout can be " +
      "configured by setting the environment variable RAY_JOB_START_TIMEOUT_SECONDS. This may be " +
      "because the job entrypoint's specified resources aren't available on the cluster.",
    error: "The job was not started: no node had room for it within 900 s, after which Ray gives " +
      "up. Ask for what the cluster has, or start its head with a larger RAY_JOB_START_TIMEOUT_SECONDS",
  },
  "of something else": {
    message: "runtime_env setup\nfailed\nlast available logs (truncated to 20,000 chars):\nsecret",
    error: "Ray ended the job: runtime_env setup failed",
  },
  "Ray does not say why": { message: null, error: "Ray ended the job: it does not say why" },
};
for (const [name, { message, on = {}, error }] of Object.entries(ENDS)) {
  Deno.test(`a job that Ray has ended says why when ${name}`, () => {
    const job: RayJob = { submission_id: "i", status: "FAILED", message, driver_node_id: "n" };
    assert.equal(outcomeBy(job, on).error, error);
  });
}

Deno.test("a job that Ray has ended has its time when its script had begun", () => {
  const job: RayJob = { submission_id: "i", status: "FAILED", message: "", driver_node_id: "n" };
  const { elapsed_seconds } = outcomeBy(job, { started_at: Date.now() / 1000 - 5 });
  assert.ok(elapsed_seconds >= 5 && elapsed_seconds < 60, String(elapsed_seconds));
});
