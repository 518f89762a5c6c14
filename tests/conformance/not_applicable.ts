/** Checks of the suite that say nothing about this server, each with the reason. */
export const NOT_APPLICABLE: Record<string, string> = {
  "json-schema-2020-12:json-schema-2020-12-tool-found":
    "wants a tool with hand-written JSON Schema; the schemas of our tools come from zod",
  ...Object.fromEntries(
    [
      "sep-2243-server-no-xmcp-tool",
      "sep-2243-server-decode-base64",
      "sep-2243-server-validate-param-match",
      "sep-2243-server-reject-invalid-param-chars",
      "sep-2243-server-reject-param-mismatch",
    ].map((check) => [
      `http-custom-header-server-validation:${check}`,
      "no parameter of our tools is mirrored in a header (x-mcp-header)",
    ]),
  ),
  "tasks-lifecycle:sep-2663-tasks-get-status-failed":
    "a run that fails is a completed task; no tool of ours fails with a protocol error in its job",
  ...Object.fromEntries(
    [
      "tasks-mrtr-input:sep-2663-tasks-get-status-input-required",
      "tasks-mrtr-input:tasks-mrtr-tasks-update-resumes",
      "tasks-mrtr-input:tasks-mrtr-partial-fulfillment",
      "tasks-dispatch-and-envelope:tasks-result-type-complete-on-non-task-responses",
    ].map((check) => [check, "a job never asks for input: no task of ours is input_required"]),
  ),
};
