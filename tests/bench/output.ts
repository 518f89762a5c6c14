import { removeIfThere } from "../../lib/base/private_files.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import type { Amount } from "./results.ts";
import { residentBytes, runIntoFile } from "./processes.ts";

/** Scripts that print much; the first two never flush. */
const SCRIPTS = {
  "output, 60 MB": {
    file: "long_lines.py",
    source: "line = 'x' * 299\nfor _ in range(200_000): print(line)\n",
    what: "200,000 prints, 60 MB",
  },
  "output, short lines": {
    file: "short_lines.py",
    source: "for n in range(1_000_000): print(n)\n",
    what: "1,000,000 short prints",
  },
};
const GIB = {
  file: "gibibyte.py",
  source: "line = 'x' * 1023\nfor _ in range(2**20): print(line)\n",
  what: "1,048,576 prints, 1 GiB",
};
const FLUSHED = {
  file: "flushed.py",
  source: "for n in range(3000): print(n, flush=True)\n",
  what: "3,000 flushed prints: the script's own time (`elapsed_seconds`)",
};
const GOAL = 1.1;
const GOAL_GIB = 1.05;
const MB = 2 ** 20;

/** Much output, against the script with its stdout going to a file. */
export async function benchOutput(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("which.py"), "import sys; print(sys.executable)\n");
  const python = (await call(server, home, "which.py")).stdout.trim();
  const measure = async (
    name: string,
    { file, source, what }: typeof GIB,
    { goal = GOAL, pairs = 21, ownTime = false } = {},
  ) => {
    await Deno.writeTextFile(home.join(file), source);
    return await compare({
      name,
      ours: `\`py_run_script_in_dir\`: ${what}`,
      base: "the script with stdout to a file",
      goal,
      pairs,
      runOurs: async () => {
        const began = performance.now();
        const { elapsed_seconds } = await call(server, home, file);
        const took = performance.now() - began;
        removeLogs(home);
        return ownTime ? elapsed_seconds * 1000 : took;
      },
      runBase: async () => {
        const began = performance.now();
        await runIntoFile([python, file], home.path, home.join("base.log"));
        const took = performance.now() - began;
        Deno.removeSync(home.join("base.log"));
        return took;
      },
    });
  };
  const figures: Figure[] = [];
  for (const [name, script] of Object.entries(SCRIPTS)) figures.push(await measure(name, script));
  figures.push(await measure("output, 1 GiB", GIB, { goal: GOAL_GIB, pairs: 7 }));
  figures.push(await measure("output, flushed", FLUSHED, { pairs: 31, ownTime: true }));
  return figures;
}

/** By how many MB the memory of a server that has run a script before grows during such output. */
export async function benchMemory(home: TestHome): Promise<Amount> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  await call(server, home, "h.py");
  const before = residentBytes(server.pid());
  let most = before;
  const watch = setInterval(() => most = Math.max(most, residentBytes(server.pid())), 10);
  try {
    for (const { file, source } of Object.values(SCRIPTS)) {
      await Deno.writeTextFile(home.join(file), source);
      await call(server, home, file);
    }
  } finally {
    clearInterval(watch);
  }
  const value = Math.round((most - before) / MB * 10) / 10;
  return {
    what: "the server's memory during that output",
    since: "before it",
    value,
    unit: "MB",
    goal: 20,
  };
}

/** Both sides begin with no file to overwrite, and no more for the disk to do than the other. */
function removeLogs(home: TestHome): void {
  for (const { name } of Deno.readDirSync(home.join("jobs"))) {
    removeIfThere(home.join("jobs", name, "stdout.log"));
  }
}

async function call(server: Connection, home: TestHome, script_path: string) {
  const input = { directory: home.path, script_path, use_uv: false, time_budget_seconds: 50 };
  const { json } = await server.call("py_run_script_in_dir", input);
  if (json.exit_code !== 0) throw new Error(JSON.stringify(json));
  return json as { stdout: string; elapsed_seconds: number };
}
