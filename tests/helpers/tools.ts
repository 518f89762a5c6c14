import { fileURLToPath } from "node:url";
import tools from "../tools/deno.json" with { type: "json" };

const CONFIG = fileURLToPath(new URL("../tools/deno.json", import.meta.url));

/** Arguments of `deno` that run a program which is no dependency of ours, as its own lock names it. */
export function toolArgs(name: "conformance" | "inspector"): string[] {
  return ["run", "-A", "--config", CONFIG, tools.imports[name]];
}

/** Why the tests with these programs are skipped: only `.ci/run` fetches them. */
export const noTools = whyNoTools(Deno.env.get("PYTHON_MCP_TEST_TOOLS"));

function whyNoTools(state: string | undefined): string | false {
  if (state === "ready") return false;
  if (state === "missing") return "the registry did not give the packages of tests/tools";
  return "only .ci/run fetches the packages of tests/tools";
}
