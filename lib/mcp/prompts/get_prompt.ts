import {
  type GetPromptResult,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";
import type { Prompt } from "./define_prompt.ts";

/** `prompts/get`. */
export async function getPrompt(
  name: string,
  args: Record<string, string>,
  prompts: readonly Prompt[],
  app: App,
  context: ServerContext,
): Promise<GetPromptResult | InputRequiredResult> {
  const prompt = prompts.find((prompt) => prompt.name === name);
  if (!prompt) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`);
  const missing = prompt.arguments.find(({ name, required }) => required && !args[name]);
  if (missing) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `Prompt ${name} needs the argument ${missing.name}: ${missing.description}`,
    );
  }
  const written = await prompt.write(args, app, context);
  if (typeof written !== "string") return written;
  return {
    description: prompt.description,
    messages: [{ role: "user", content: { type: "text", text: written } }],
  };
}
