import { CAPABILITIES, INSTRUCTIONS, SERVER_INFO } from "./server_info.ts";

/** The versions of the protocol that begin with a handshake; a test holds them to the SDK's. */
export const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"];

const FLAGS = ["listChanged", "applyDefaults"];

/** An answer that can be sent before the SDK is there. */
export interface FirstAnswer {
  /** The id of the request. */
  id: string | number;
  /** The line that answers it. */
  line: string;
}

/**
 * The answer to a line that is an `initialize` request as clients send it: what the SDK answers, which
 * takes four times as long to load as all else until then. `undefined` for any other line, and for a
 * request with anything unusual in it, which the SDK judges.
 */
export function firstAnswer(line: string): FirstAnswer | undefined {
  const request = parse(line.replace(/^\ufeff/, ""));
  if (!isRecord(request) || !hasOnly(request, ["jsonrpc", "id", "method", "params"])) {
    return undefined;
  }
  const { jsonrpc, id, method, params } = request;
  if (jsonrpc !== "2.0" || method !== "initialize" || !isId(id) || !isUsual(params)) {
    return undefined;
  }
  const result = {
    protocolVersion: params.protocolVersion,
    capabilities: CAPABILITIES,
    serverInfo: SERVER_INFO,
    instructions: INSTRUCTIONS,
  };
  return { id, line: `${JSON.stringify({ result, jsonrpc, id })}\n` };
}

function isUsual(params: unknown): params is { protocolVersion: string } {
  if (!isRecord(params)) return false;
  const { protocolVersion, capabilities, clientInfo } = params;
  return hasOnly(params, ["protocolVersion", "capabilities", "clientInfo"]) &&
    VERSIONS.includes(protocolVersion as string) &&
    isRecord(capabilities) && Object.entries(capabilities).every(isUsualCapability) &&
    isRecord(clientInfo) && hasOnly(clientInfo, ["name", "version", "title"]) &&
    [clientInfo.name, clientInfo.version, clientInfo.title ?? ""].every((text) =>
      typeof text === "string"
    );
}

/** Objects all the way down, apart from the flags that the protocol knows. */
function isUsualCapability([name, value]: [string, unknown]): boolean {
  if (FLAGS.includes(name)) return typeof value === "boolean";
  return isRecord(value) && Object.entries(value).every(isUsualCapability);
}

function isId(id: unknown): id is string | number {
  return typeof id === "string" || Number.isSafeInteger(id);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: Record<string, unknown>, names: string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
