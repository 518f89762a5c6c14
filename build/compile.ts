/**
 * `deno task compile`: the program as one executable for machines without Deno; takes what
 * `deno compile` takes, such as `--target` and `--output`. With `--dry` it only says what would be
 * built and fetches nothing: the permissions, and each file that is to be in the executable.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findGaps, type Graph } from "./find_gaps.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Where its home lies is not known before it runs, and charts of the page read /proc. */
const PERMISSIONS = ["--allow-all", "--no-prompt"];
/** Modules that are started as workers: nothing imports them. */
const WORKERS = ["lib/runs/results/scale_worker.ts"];

if (import.meta.main) Deno.exit(await compile());

async function compile(): Promise<number> {
  const graph = await readGraph();
  const gaps = findGaps(ROOT, graph);
  if (gaps.length > 0) {
    print(["This would not work as one executable:", ...gaps.map((gap) => `  ${gap}`)]);
    return 1;
  }
  const embedded = graph.modules.filter(({ kind }) => kind === "external")
    .map(({ local }) => relative(ROOT, local!));
  const command = [
    "compile",
    ...PERMISSIONS,
    "--exclude-unused-npm",
    ...[...embedded, ...WORKERS].map((path) => `--include=${path}`),
    ...Deno.args.filter((arg) => arg !== "--dry"),
    "main.ts",
  ];
  if (!Deno.args.includes("--dry")) return (await deno(command, "inherit")).code;
  const of = (kind: string) => graph.modules.filter((module) => module.kind === kind).length;
  print([
    `deno ${command.join(" ")}`,
    `permissions: ${PERMISSIONS.join(" ")}`,
    `modules: ${of("esm")}, JSON: ${of("asserted")}, text: ${of("external")}, ` +
    `npm packages imported: ${of("npm")}`,
    ...embedded.map((path) => `  text ${path}`),
    "Nothing was compiled.",
  ]);
  return 0;
}

async function readGraph(): Promise<Graph> {
  const { code, stdout } = await deno(["info", "--json", "main.ts"], "piped");
  if (code !== 0) throw new Error(`deno info ended with ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function deno(args: string[], stdout: "piped" | "inherit") {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout, stderr: "inherit" });
  const child = command.spawn();
  if (stdout === "piped") return await child.output();
  return { ...await child.status, stdout: new Uint8Array() };
}

function print(lines: string[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
