import { dirname } from "node:path";
import { cli } from "./cli.ts";
import { denoDir } from "./program.ts";
import { TestHome } from "./test_home.ts";

/**
 * A home in which the server was installed for one client, and the environment of its programs.
 *
 * @param settings What the home has already, by path; else it is empty.
 */
export async function installedFor(client: string, settings: Record<string, unknown> = {}) {
  const home = await TestHome.create();
  for (const [path, values] of Object.entries(settings)) {
    Deno.mkdirSync(dirname(home.join(path)), { recursive: true });
    Deno.writeTextFileSync(home.join(path), JSON.stringify(values));
  }
  const env = { ...clientFoldersIn(home), DENO_DIR: denoDir(), NO_COLOR: "1" };
  const { code, stderr } = await cli(home, ["install", "--client", client], { env });
  if (code !== 0) throw new Error(stderr);
  return { home, env };
}

/** The variables with which every client looks for its files in a home of the test. */
export function clientFoldersIn({ path }: TestHome) {
  return {
    HOME: path,
    XDG_CONFIG_HOME: "",
    CLAUDE_CONFIG_DIR: "",
    CODEX_HOME: "",
    COPILOT_HOME: "",
  };
}
