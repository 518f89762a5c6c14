import type { ServerContext } from "@modelcontextprotocol/server";
import type { Prompt } from "../prompts/define_prompt.ts";
import type { ResourceFamily } from "../resources/define_resource.ts";
import type { Tool } from "../tools/define_tool.ts";

/** What a server offers; a test may offer other things. */
export interface Offer {
  tools?: readonly Tool[];
  resources?: readonly ResourceFamily[];
  prompts?: readonly Prompt[];
}

export interface ServerOptions extends Offer {
  /** `legacy`: the 2025 versions of the protocol; `modern`: 2026-07-28. */
  era: "legacy" | "modern";
  /** Whether the connection lasts, so that the server can say what has changed. */
  lasting: boolean;
  /** Aborted when nobody can say any more that they no longer wait: calls then leave their runs. */
  over?: AbortSignal;
  /** When the request with this id came, as `performance.now()` tells it, where that is known. */
  arrivedAt?: (id: string | number) => number | undefined;
  /** Fulfilled when a request is answered; with false when it never will be. */
  isAnswered?: (request: ServerContext) => Promise<boolean>;
}
