import { fileURLToPath } from "node:url";
import tools from "../tools/deno.json" with { type: "json" };

const CONFIG = fileURLToPath(new URL("../tools/deno.json", import.meta.url));

/** Arguments of `deno` that run a program which is no dependency of ours, as its own lock names it. */
export function toolArgs(name: "conformance" | "inspector" | "mcpb"): string[] {
  return ["run", "-A", "--config", CONFIG, tools.imports[name]];
}

/** Why the tests with these programs are skipped: only `.ci/run` fetches them. */
export const noTools = whyNoTools(Deno.env.get("PYTHON_MCP_TEST_TOOLS"));

function whyNoTools(state: string | undefined): string | false {
  if (state === "ready") return false;
  if (state === "missing") return "the registry did not give the packages of tests/tools";
  return "only .ci/run fetches the packages of tests/tools";
}
/** Where `.ci/run` has installed the client programs of tests/clients. */
const CLIENTS = Deno.env.get("PYTHON_MCP_TEST_CLIENTS");

/** The path of a client program, such as `codex`. */
export function clientProgram(name: string): string {
  return `${CLIENTS}/node_modules/.bin/${name}`;
}

/** Why the tests with client programs are skipped. */
export const noClients = whyNoClients(CLIENTS);

function whyNoClients(folder: string | undefined): string | false {
  if (folder === undefined) return "only .ci/run installs the programs of tests/clients";
  return folder === "missing" && "the registry did not give the programs of tests/clients";
}
