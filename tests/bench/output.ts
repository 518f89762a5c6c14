import { connect, type Connection } from "../helpers/connect.ts";
import type { TestHome } from "../helpers/test_home.ts";
import { compare, type Figure } from "./compare.ts";
import { residentBytes, runIntoFile } from "./processes.ts";

/** Scripts that print much and never flush. */
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
const GOAL = 1.1;
const MB = 2 ** 20;

/** Much output, against the script with its stdout going to a file. */
export async function benchOutput(home: TestHome): Promise<Figure[]> {
  await using server = await connect({ home: home.path });
  await Deno.writeTextFile(home.join("which.py"), "import sys; print(sys.executable)\n");
  const python = (await call(server, home, "which.py")).trim();
  const figures: Figure[] = [];
  for (const [name, { file, source, what }] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(home.join(file), source);
    figures.push(
      await compare({
        name,
        ours: `\`py_run_script_in_dir\`: ${what}`,
        base: "the script with stdout to a file",
        goal: GOAL,
        pairs: 11,
        runOurs: async () => void await call(server, home, file),
        runBase: () => runIntoFile([python, file], home.path, home.join("base.log")),
      }),
    );
  }
  return figures;
}

/** By how many MB the memory of a server that has run a script before grows during such output. */
export async function benchMemory(home: TestHome): Promise<number> {
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
  return Math.round((most - before) / MB * 10) / 10;
}

async function call(server: Connection, home: TestHome, script_path: string): Promise<string> {
  const input = { directory: home.path, script_path, use_uv: false, time_budget_seconds: 50 };
  const { json } = await server.call("py_run_script_in_dir", input);
  if (json.exit_code !== 0) throw new Error(JSON.stringify(json));
  return String(json.stdout);
}
