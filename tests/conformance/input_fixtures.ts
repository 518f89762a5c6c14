import { createHmac } from "node:crypto";
import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Tool } from "../../lib/mcp/tools/define_tool.ts";
import type { Prompt } from "../../lib/mcp/prompts/define_prompt.ts";
import { fixture, text } from "./make_fixture.ts";

type InputRequest = { method: string; params: Record<string, unknown> };

const KEY = crypto.getRandomValues(new Uint8Array(32));

export function askFor(property: string, message: string, type = "string"): InputRequest {
  return {
    method: "elicitation/create",
    params: {
      mode: "form",
      message,
      requestedSchema: {
        type: "object",
        properties: { [property]: { type } },
        required: [property],
      },
    },
  };
}

function sample(question: string): InputRequest {
  return {
    method: "sampling/createMessage",
    params: {
      messages: [{ role: "user", content: { type: "text", text: question } }],
      maxTokens: 100,
    },
  };
}

const ROOTS: InputRequest = { method: "roots/list", params: {} };

/** @param state Comes back with the answers; nobody else can write it. */
export function ask(requests: Record<string, InputRequest>, state?: string): InputRequiredResult {
  return {
    resultType: "input_required",
    inputRequests: requests,
    ...(state === undefined ? {} : { requestState: sealed(state) }),
  } as InputRequiredResult;
}

function sealed(state: string): string {
  return `${state}.${createHmac("sha256", KEY).update(state).digest("base64url")}`;
}

/** The state that came back; `undefined` in the first round. */
function stateOf({ mcpReq }: ServerContext): string | undefined {
  const sent = mcpReq.requestState<string>();
  if (sent === undefined) return undefined;
  const state = sent.slice(0, sent.lastIndexOf("."));
  if (sealed(state) === sent) return state;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "requestState was changed");
}

/** The answers, when all of them are there and are answers. */
function answersOf(
  { mcpReq }: ServerContext,
  ...names: string[]
): Record<string, Record<string, unknown>> | undefined {
  const found = mcpReq.inputResponses as Record<string, Record<string, unknown>> | undefined;
  return names.every((name) => typeof found?.[name] === "object") ? found : undefined;
}

export const INPUT_FIXTURES: Tool[] = [
  fixture("test_input_required_result_elicitation", (_, { context }) => {
    const answers = answersOf(context, "user_name");
    const name = (answers?.user_name?.content as { name?: unknown } | undefined)?.name;
    return typeof name === "string"
      ? text(`Hello, ${name}!`)
      : ask({ user_name: askFor("name", "What is your name?") });
  }),
  fixture("test_streaming_elicitation", () => ask({ user_name: askFor("name", "Your name?") })),
  fixture("test_input_required_result_sampling", (_, { context }) => {
    const answers = answersOf(context, "capital_question");
    return answers
      ? text(JSON.stringify(answers.capital_question!.content))
      : ask({ capital_question: sample("What is the capital of France?") });
  }),
  fixture("test_input_required_result_list_roots", (_, { context }) => {
    const answers = answersOf(context, "client_roots");
    return answers ? text(JSON.stringify(answers.client_roots)) : ask({ client_roots: ROOTS });
  }),
  ...["request_state", "tampered_state"].map((name) =>
    fixture(`test_input_required_result_${name}`, (_, { context }) => {
      const state = stateOf(context);
      return state !== undefined && answersOf(context, "confirm")
        ? text("state-ok")
        : ask({ confirm: askFor("ok", "Please confirm", "boolean") }, "first");
    })
  ),
  fixture("test_input_required_result_multiple_inputs", (_, { context }) => {
    const state = stateOf(context);
    return state !== undefined && answersOf(context, "user_name", "greeting", "client_roots")
      ? text("all there")
      : ask({
        user_name: askFor("name", "What is your name?"),
        greeting: sample("Generate a greeting"),
        client_roots: ROOTS,
      }, "first");
  }),
  fixture("test_input_required_result_multi_round", (_, { context }) => {
    const state = stateOf(context);
    if (state === "second" && answersOf(context, "step2")) return text("both steps done");
    return state === "first" && answersOf(context, "step1")
      ? ask({ step2: askFor("color", "Step 2: What is your favorite color?") }, "second")
      : ask({ step1: askFor("name", "Step 1: What is your name?") }, "first");
  }),
  fixture("test_input_required_result_capabilities", (_, { context }) => {
    const envelope = context.mcpReq.envelope as Record<string, unknown> | undefined;
    const can = envelope?.[CLIENT_CAPABILITIES_META_KEY] as Record<string, unknown> | undefined;
    return ask({
      ...(can?.elicitation ? { user_name: askFor("name", "What is your name?") } : {}),
      ...(can?.sampling ? { greeting: sample("Generate a greeting") } : {}),
    });
  }),
];

export const INPUT_PROMPT: Prompt = {
  name: "test_input_required_result_prompt",
  title: "Prompt that asks",
  description: "The fixture test_input_required_result_prompt of the conformance suite.",
  arguments: [],
  write: (_, _app, context) =>
    Promise.resolve(
      answersOf(context, "user_context")
        ? JSON.stringify(context.mcpReq.inputResponses)
        : ask({ user_context: askFor("context", "What context should the prompt use?") }),
    ),
};
