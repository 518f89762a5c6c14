import {
  type Implementation,
  type JSONRPCMessage,
  ProtocolErrorCode,
  Server,
  type ServerOptions,
  type Transport,
} from "@modelcontextprotocol/server";

/** The SDK's server; what it sends otherwise than the specification says is put right on its way. */
export class ProtocolServer extends Server {
  readonly #era: "legacy" | "modern";

  constructor(era: "legacy" | "modern", info: Implementation, options: ServerOptions) {
    super(info, options);
    this.#era = era;
  }

  override async connect(transport: Transport): Promise<void> {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => send(this.#corrected(message), options);
    await super.connect(transport);
  }

  #corrected(message: JSONRPCMessage): JSONRPCMessage {
    if ("error" in message) {
      const { error } = message;
      if (error.code === ProtocolErrorCode.InternalError) return withInvalidParams(message);
      return this.#era === "modern" ? message : withLegacyCode(message);
    }
    return "result" in message ? withoutContent(message) : message;
  }
}

type ErrorResponse = Extract<JSONRPCMessage, { error: unknown }>;
type ResultResponse = Extract<JSONRPCMessage, { result: unknown }>;

/** The 2025 versions name another code for an unknown resource than 2026-07-28, which the SDK sends. */
function withLegacyCode(message: ErrorResponse): ErrorResponse {
  const { code, data } = message.error as { code: number; data?: { uri?: unknown } };
  // Of all errors, this one alone says which resource was asked for.
  if (code !== ProtocolErrorCode.InvalidParams || data?.uri === undefined) return message;
  return { ...message, error: { ...message.error, code: ProtocolErrorCode.ResourceNotFound } };
}

/** Params that do not fit their schema are the caller's fault; the SDK sends zod's issues as its own. */
function withInvalidParams(message: ErrorResponse): ErrorResponse {
  const issues = parseIssues(message.error.message);
  if (!issues) return message;
  const text = issues.map(({ path, message }) => `\`${path.join(".")}\`: ${message}`).join("; ");
  return {
    ...message,
    error: { code: ProtocolErrorCode.InvalidParams, message: `Invalid params: ${text}` },
  };
}

function parseIssues(text: string): { path: string[]; message: string }[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const issues = JSON.parse(text);
    return Array.isArray(issues?.[0]?.path) ? issues : undefined;
  } catch {
    return undefined;
  }
}

/** A task in lieu of a tool's result has no content; the SDK gives it an empty one. */
function withoutContent(message: ResultResponse): ResultResponse {
  if (message.result.resultType !== "task") return message;
  const { content: _, ...result } = message.result;
  return { ...message, result };
}
