import { removeIfThere } from "../../lib/base/private_files.ts";
import { connect, type Connection } from "../helpers/connect.ts";
import { processesWith, type TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import type { Amount } from "./results.ts";
import { residentBytes, runThroughPipe } from "./processes.ts";

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
const GOAL = 1.3;
const GOAL_GIB = 1.15;
const GOAL_FLUSHED = 1.1;
const MB = 2 ** 20;

/** Much output, against the script with its stdout going through a pipe. */
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
      base: "`python3 script | cat > file`",
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
        await runThroughPipe([python, file], home.path, home.join("base.log"));
        const took = performance.now() - began;
        Deno.removeSync(home.join("base.log"));
        return took;
      },
    });
  };
  const figures: Figure[] = [];
  for (const [name, script] of Object.entries(SCRIPTS)) figures.push(await measure(name, script));
  figures.push(await measure("output, 1 GiB", GIB, { goal: GOAL_GIB, pairs: 7 }));
  figures.push(
    await measure("output, flushed", FLUSHED, { goal: GOAL_FLUSHED, pairs: 31, ownTime: true }),
  );
  return figures;
}

/** By how many MB the memory of a server that has run a script before, and of its supervisors, grows then. */
export async function benchMemory(home: TestHome): Promise<Amount[]> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("h.py"), "print(1)\n");
  await call(server, home, "h.py");
  // Supervisors begin as copies of the launcher.
  const parts = [() => residentBytes(server.pid()), () => Math.max(...forks(home))];
  const before = parts.map((part) => part());
  const most = [...before];
  const watch = setInterval(() => {
    parts.forEach((part, n) => most[n] = Math.max(most[n]!, part()));
  }, 10);
  try {
    for (const { file, source } of [...Object.values(SCRIPTS), GIB]) {
      await Deno.writeTextFile(home.join(file), source);
      await call(server, home, file);
      removeLogs(home);
    }
  } finally {
    clearInterval(watch);
  }
  return [["the server's memory", 20], ["a supervisor's memory", 5]].map(([whose, goal], n) => ({
    what: `${whose} during that output`,
    since: "before it",
    value: Math.round((most[n]! - before[n]!) / MB * 10) / 10,
    unit: "MB",
    goal: goal as number,
  }));
}

/** Resident memory of the launchers and supervisors of the home, in bytes. */
function forks(home: TestHome): number[] {
  return processesWith(`start_launcher.py ${home.path} `).map(({ pid }) => {
    try {
      return residentBytes(pid);
    } catch {
      return 0; // it has ended
    }
  });
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
