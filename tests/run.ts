/**
 * Runs all tests, those in comments included, as `deno test` would with the same arguments (with
 * `--in-ci`: those that only `.ci/run` runs; with `--all`: these too, as `.ci/run` does), and ends with a
 * line that says how many passed, failed and were skipped. Files run beside each other, several of them in
 * one bundle, which loads once what they import; those that cannot run at the end. Where the arguments name
 * files, these run one after the other. A file that fails beside others runs once more by itself, since a
 * time may be too short on a busy machine: that is said, and what fails then has failed.
 */
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deal, withoutBundles, writeBundles } from "./helpers/bundles.ts";
import { compilePackages } from "./helpers/compiled_packages.ts";
import { prepareRuntime } from "./helpers/prepared_runtime.ts";
import { ALONE, FIRST, IN_CI } from "./order.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** How many files share what they import; more take longer than others at the end. */
const IN_A_BUNDLE = 5;
/** Packages from PyPI are as they were then, whatever a test asks for; a later day brings later ones. */
const PACKAGES_OF = "2026-11-28T00:00:00Z";
/** Room for what a program makes at its start: collecting garbage there takes a sixth of its time. */
const V8_FLAGS = "--min-semi-space-size=16";

/** A failure as files that run beside each other are reported: `./tests/a_test.ts => a does b ... FAILED (2s)`. */
const FAILED_BESIDE = /^(\.\/tests\/\S+_test\.ts) => (.*) \.\.\. FAILED/gm;

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** The files with the tests that failed. */
  failedFiles: string[];
}

const [inCi, all] = ["--in-ci", "--all"].map((option) => Deno.args.includes(option));
const args = Deno.args.filter((arg) => !["--in-ci", "--all"].includes(arg));
/**
 * How many files at once: more than there are cores, since many tests wait for processes; those of CI wait
 * for downloads and a cluster too.
 */
const atOnce = Deno.env.get("DENO_JOBS") ??
  String(navigator.hardwareConcurrency * 2 + (inCi || all ? 1 : 0));
const named = args.some((arg) => !arg.startsWith("-"));
const temporary = Deno.makeTempDirSync({ prefix: "python-mcp-tests-" });
const runs = plan();
const prepared = named ? {} : await prepareRuntime(temporary);
const env = {
  DENO_JOBS: atOnce,
  UV_EXCLUDE_NEWER: PACKAGES_OF,
  DENO_V8_FLAGS: V8_FLAGS,
  PATH: withoutShims(Deno.env.get("PATH") ?? ""),
  ...prepared,
};
// Until it has ended, tests take longer.
const compiled = inCi || all ? compilePackages(temporary, env).catch(tellSlow) : undefined;
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [index, run] of runs.entries()) {
  const { passed, failed, skipped, failedFiles } = await denoTest(run);
  const stillFailed = !named && index === 0 && failedFiles.length > 0
    ? Math.min(failed, await failedAgain(failedFiles))
    : failed;
  total.passed += passed + failed - stillFailed;
  total.failed += stillFailed;
  total.skipped += skipped;
}
await compiled;
Deno.removeSync(temporary, { recursive: true });
print(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
Deno.exit(total.failed === 0 ? 0 : 1);

/** The arguments of each run of `deno test`, in their order. */
function plan(): string[][] {
  if (named) return [["--doc", ...args]];
  const files = inCi ? Object.keys(IN_CI) : [...(all ? Object.keys(IN_CI) : []), ...others()];
  const parallel = ["--parallel", ...args, ...inOrder(files)];
  if (inCi) return [parallel];
  return [["--doc", ...parallel, "main.ts", "lib"], [...args, ...Object.keys(ALONE)]];
}

/**
 * What stands for these files: bundles, the first of them as `FIRST` says. `deno test` sorts files by how
 * deep their folders are, and bundles lie in one.
 */
function inOrder(files: string[]): string[] {
  // Arguments may choose tests by their names, which bundles change.
  if (args.length > 0) return files;
  const first = FIRST.map((group) => group.filter((file) => files.includes(file)));
  const begun = new Set(first.flat());
  const rest = deal(files.filter((file) => !begun.has(file)), IN_A_BUNDLE);
  return writeBundles(temporary, [...first.filter((group) => group.length > 0), ...rest]);
}

/** How many tests of these files fail when nothing runs beside them. */
async function failedAgain(files: string[]): Promise<number> {
  print(`\nOnce more, each by itself, since it failed beside others: ${files.join(", ")}\n`);
  const { failed } = await denoTest(files);
  return failed;
}

/** The test files, of those that not only `.ci/run` runs, that may run beside each other. */
function others(folder = "tests"): string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return others(path);
    if (!name.endsWith("_test.ts") || path in ALONE || path in IN_CI) return [];
    return [path];
  }).sort();
}

/** Runs `deno test`, showing what it prints as it comes. */
async function denoTest(args: string[]): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    // deno.json names the lock of the program alone; types are checked by `deno task check`.
    args: [
      "test",
      "-A",
      "--no-check",
      "--lock=tests/deno.lock",
      "--frozen",
      ...args,
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    env: {
      ...env,
      ...(Deno.stdout.isTerminal() && !Deno.noColor ? { FORCE_COLOR: "1" } : {}),
    },
  }).spawn();
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    print(withoutBundles(piece));
    output += piece;
  }
  const { code } = await child.status;
  const counts = countsIn(withoutBundles(output));
  // Such as when a test file does not compile, or ends its process.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * A PATH without the folders of pyenv and its like, in which each program stands for one of another
 * folder: tests' scripts run with the machine's own Python, and those about shims make some.
 */
function withoutShims(path: string): string {
  return path.split(delimiter).filter((folder) => !/\/shims\/?$/.test(folder)).join(delimiter);
}

/** The counts of deno's own last line: `ok | 3 passed (1 step) | 0 failed | 2 ignored (12ms)`. */
function countsIn(output: string): Counts {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[\d;]*m/g, "");
  const line = /^\w+ \| (\d+) passed.*? \| (\d+) failed(?:.*? \| (\d+) ignored)?/gm;
  const [, passed, failed, skipped = 0] = [...plain.matchAll(line)].at(-1) ?? [];
  // Nothing ran: that is no success.
  if (passed === undefined) return { passed: 0, failed: 1, skipped: 0, failedFiles: [] };
  const tests = [...plain.matchAll(FAILED_BESIDE)].filter(([, , name]) => !name!.includes(" ... "));
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
    // Only where each failure has a test with a file.
    failedFiles: tests.length === Number(failed)
      ? [...new Set(tests.map(([, file]) => file!))]
      : [],
  };
}

function tellSlow(error: Error): void {
  print(`Each environment compiles its packages anew: ${error.message}\n`);
}

function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
