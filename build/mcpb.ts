/**
 * `deno task mcpb [folder]`: an MCP bundle (`python-mcp-<version>.mcpb`), which Claude Desktop installs with a
 * click, and `server.json` for the MCP registry, with the bundle's hash. `npm:@anthropic-ai/mcpb`, as the lock
 * of tests/tools pins it, validates and packs.
 */
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import server from "../server.json" with { type: "json" };
import tools from "../tests/tools/deno.json" with { type: "json" };
import { explained } from "../lib/base/explain_system_error.ts";
import { UserError } from "../lib/base/user_error.ts";
import { manifest } from "./bundle/manifest.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What the server reads; deno.lock names its packages, which its first start fetches. */
const FILES = ["main.ts", "lib", "deno.json", "deno.lock", "README.md", "LICENSE"];

if (import.meta.main) {
  const folder = resolve(Deno.args[0] ?? ".");
  try {
    print(Deno.stdout, await bundle(folder));
  } catch (error) {
    const said = explained(error, `No bundle was written to ${folder}`);
    if (!(said instanceof UserError)) throw said;
    print(Deno.stderr, said.message);
    Deno.exit(1);
  }
}

/** Writes bundle and `server.json` into a folder; returns the path of the bundle. */
async function bundle(folder: string): Promise<string> {
  const parts = await Deno.makeTempDir({ prefix: "python-mcp-bundle-" });
  try {
    Deno.mkdirSync(folder, { recursive: true });
    for (const name of FILES) copy(join(ROOT, name), join(parts, name));
    copy(join(ROOT, "build/bundle/start.mjs"), join(parts, "start.mjs"));
    Deno.writeTextFileSync(join(parts, "manifest.json"), JSON.stringify(manifest(), null, 2));
    const path = join(folder, `python-mcp-${config.version}.mcpb`);
    await mcpb("validate", join(parts, "manifest.json"));
    await mcpb("pack", parts, path);
    const fileSha256 = createHash("sha256").update(Deno.readFileSync(path)).digest("hex");
    const packages = server.packages.map((one) => ({ ...one, fileSha256 }));
    Deno.writeTextFileSync(
      join(folder, "server.json"),
      `${JSON.stringify({ ...server, packages }, null, 2)}\n`,
    );
    return path;
  } finally {
    await Deno.remove(parts, { recursive: true });
  }
}

function print(to: typeof Deno.stdout, line: string): void {
  to.writeSync(new TextEncoder().encode(`${line}\n`));
}

function copy(from: string, to: string): void {
  if (!Deno.statSync(from).isDirectory) return Deno.copyFileSync(from, to);
  Deno.mkdirSync(to);
  for (const { name } of Deno.readDirSync(from)) {
    if (name !== "__pycache__") copy(join(from, name), join(to, name));
  }
}

async function mcpb(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--config",
      join(ROOT, "tests/tools/deno.json"),
      tools.imports.mcpb,
      ...args,
    ],
  }).output();
  if (code === 0) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  throw new Error(`mcpb ${args[0]} failed: ${said}`);
}
