import type {
  GetPromptResult,
  InputRequiredResult,
  ServerContext,
} from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";

/** A prompt is data plus what writes its text. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: { name: string; description: string; required: boolean }[];
  /** The text of its one message, or the whole result. */
  write(
    args: Record<string, string>,
    app: App,
    context: ServerContext,
  ): Promise<string | GetPromptResult | InputRequiredResult>;
}
