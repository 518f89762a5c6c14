import { join } from "node:path";
import { cli } from "./cli.ts";
import { linkFiles, PREPARED_RUNTIME, TestHome } from "./test_home.ts";

/**
 * Runs a job, and keeps the files that it needed and that Python has compiled meanwhile.
 *
 * @param folder Where they go.
 * @returns The environment in which `giveRuntime` finds them.
 */
export async function prepareRuntime(folder: string): Promise<Record<string, string>> {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("script.py"), "");
  // The tests' jobs run with Debian's Python, of all that may be here.
  const env = { PATH: "/usr/bin:/bin" };
  const { code, stderr } = await cli(home, ["run", "--no-uv", home.join("script.py")], { env });
  if (code !== 0) throw new Error(`No job runs: ${stderr}`);
  const runtime = join(folder, "runtime");
  linkFiles(home.join("home/runtime"), runtime);
  return { [PREPARED_RUNTIME]: runtime };
}
