import { MissingRequiredClientCapabilityError } from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Offer } from "../../lib/mcp/requests/offer.ts";
import type { Tool, ToolCall } from "../../lib/mcp/tools/define_tool.ts";
import type { ResourceFamily } from "../../lib/mcp/resources/define_resource.ts";
import type { Prompt } from "../../lib/mcp/prompts/define_prompt.ts";
import { INPUT_FIXTURES, INPUT_PROMPT } from "./input_fixtures.ts";
import { type Content, fixture, text } from "./make_fixture.ts";
import { TASK_FIXTURES } from "./task_fixtures.ts";

/** A picture of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
/** A sound without samples. */
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";
const PAUSE_MS = 50;

function embedded(uri: string, mimeType: string, text: string): Content[number] {
  return { type: "resource", resource: { uri, mimeType, text } };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

const TOOLS: Tool[] = [
  fixture("test_simple_text", () => text("This is a simple text response for testing.")),
  fixture("test_image_content", () => [{ type: "image", data: PNG, mimeType: "image/png" }]),
  fixture("test_audio_content", () => [{ type: "audio", data: WAV, mimeType: "audio/wav" }]),
  fixture("test_embedded_resource", () => [
    embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
  ]),
  fixture("test_multiple_content_types", () => [
    { type: "text", text: "Multiple content types test:" },
    { type: "image", data: PNG, mimeType: "image/png" },
    embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
  ]),
  fixture("test_tool_with_logging", async (_, { context }) => {
    await context.mcpReq.log("info", "Tool execution started");
    await pause();
    await context.mcpReq.log("info", "Tool processing data");
    await pause();
    await context.mcpReq.log("info", "Tool execution completed");
    return text("logged");
  }),
  fixture("test_logging_tool", async (_, { context }) => {
    await context.mcpReq.log("info", "A line of the log");
    return text("logged");
  }),
  fixture("test_error_handling", () => {
    throw new Error("This tool intentionally returns an error for testing");
  }),
  fixture("test_tool_with_progress", async (_, { onProgress }) => {
    for (const current of [0, 50, 100]) {
      await onProgress?.({ current, total: 100, message: null });
      await pause();
    }
    return text("done");
  }),
  fixture("test_reconnection", async (_, { context }) => {
    context.http?.closeSSE?.();
    await pause();
    return text("answered after the stream was closed");
  }),
  fixture("test_sampling", async ({ prompt }, { context }) => {
    const { content } = await context.mcpReq.requestSampling({
      messages: [{ role: "user", content: { type: "text", text: prompt as string } }],
      maxTokens: 100,
    });
    return text(`LLM response: ${JSON.stringify(content)}`);
  }, z.object({ prompt: z.string() })),
  fixture("test_elicitation", (input, call) =>
    elicit(call, input.message as string, {
      username: { type: "string", description: "User's response" },
      email: { type: "string", description: "User's email address" },
    }, ["username", "email"]), z.object({ message: z.string() })),
  fixture("test_elicitation_sep1034_defaults", (_, call) =>
    elicit(call, "Confirm", {
      name: { type: "string", default: "John Doe" },
      age: { type: "integer", default: 30 },
      score: { type: "number", default: 95.5 },
      status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
      verified: { type: "boolean", default: true },
    })),
  fixture("test_elicitation_sep1330_enums", (_, call) => {
    const titled = [1, 2, 3].map((n) => ({ const: `value${n}`, title: `Choice ${n}` }));
    const options = ["option1", "option2", "option3"];
    return elicit(call, "Choose", {
      untitledSingle: { type: "string", enum: options },
      titledSingle: { type: "string", oneOf: titled },
      legacyEnum: { type: "string", enum: ["opt1", "opt2"], enumNames: ["One", "Two"] },
      untitledMulti: { type: "array", items: { type: "string", enum: options } },
      titledMulti: { type: "array", items: { anyOf: titled } },
    });
  }),
  fixture("test_missing_capability", () => {
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  }),
];

async function elicit(
  { context }: ToolCall,
  message: string,
  properties: Record<string, unknown>,
  required?: string[],
): Promise<Content> {
  const { action, content } = await context.mcpReq.elicitInput({
    message,
    requestedSchema: { type: "object", properties: properties as never, required },
  });
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`);
}

const RESOURCES: ResourceFamily[] = [
  {
    name: "static-text",
    title: "Text",
    uriTemplate: "test://static-text",
    description: "A text.",
    mimeType: "text/plain",
    read: ({ href }) =>
      Promise.resolve(
        href === "test://static-text"
          ? {
            uri: href,
            mimeType: "text/plain",
            text: "This is the content of the static text resource.",
          }
          : undefined,
      ),
  },
  {
    name: "static-binary",
    title: "Picture",
    uriTemplate: "test://static-binary",
    description: "A picture.",
    mimeType: "image/png",
    read: ({ href }) =>
      Promise.resolve(
        href === "test://static-binary"
          ? { uri: href, mimeType: "image/png", blob: PNG }
          : undefined,
      ),
  },
  {
    name: "template",
    title: "Template",
    uriTemplate: "test://template/{id}/data",
    description: "Data by their id.",
    mimeType: "application/json",
    read({ href, pathname }) {
      const id = /^\/([^/]+)\/data$/.exec(pathname)?.[1];
      if (id === undefined) return Promise.resolve(undefined);
      const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
      return Promise.resolve({ uri: href, mimeType: "application/json", text });
    },
  },
];

function prompt(
  name: string,
  args: string[],
  write: (args: Record<string, string>) => Content,
): Prompt {
  return {
    name,
    title: name,
    description: `The fixture ${name} of the conformance suite.`,
    arguments: args.map((name) => ({ name, description: name, required: true })),
    write: (args) =>
      Promise.resolve({
        messages: write(args).map((content) => ({ role: "user" as const, content })),
      }),
  };
}

const PROMPTS: Prompt[] = [
  prompt("test_simple_prompt", [], () => text("This is a simple prompt for testing.")),
  prompt(
    "test_prompt_with_arguments",
    ["arg1", "arg2"],
    ({ arg1, arg2 }) => text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
  ),
  prompt("test_prompt_with_embedded_resource", ["resourceUri"], ({ resourceUri }) => [
    embedded(resourceUri!, "text/plain", "Embedded resource content for testing."),
    { type: "text", text: "Please process the embedded resource above." },
  ]),
  prompt("test_prompt_with_image", [], () => [
    { type: "image", data: PNG, mimeType: "image/png" },
    { type: "text", text: "Please analyze the image above." },
  ]),
];

/** What the scenarios of the conformance suite call. */
export const FIXTURES: Offer = {
  tools: [...TOOLS, ...INPUT_FIXTURES, ...TASK_FIXTURES],
  resources: RESOURCES,
  prompts: [...PROMPTS, INPUT_PROMPT],
};
