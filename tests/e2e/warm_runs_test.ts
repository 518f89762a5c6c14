import assert from "node:assert/strict";
import { ColdAndWarm } from "../helpers/compare_runs.ts";
import { ROOT } from "../helpers/program.ts";
import { SharedServers } from "../helpers/shared_servers.ts";

const shared = new SharedServers();
const servers = () =>
  shared.once("cold and warm", async (home) => {
    const both = await ColdAndWarm.start(home);
    await both.untilWarm({ script_content: "print(1)" });
    return both;
  });
const FIXTURES = `${ROOT}tests/fixtures`;
const EXAMPLES = `${ROOT}examples`;
const RECIPES = `${EXAMPLES}/recipes`;

/** Runs that are compared in a folder of their own, by what they are called. */
const IN_TURN: Record<string, Record<string, unknown>> = {
  "surroundings.py": { script_path: `${FIXTURES}/jobs/surroundings.py` },
  "jobs_from_a_script.py": { script_path: `${EXAMPLES}/jobs_from_a_script.py` },
  "primes.py": { script_path: `${RECIPES}/primes.py`, args: ["1000"] },
  "readings.py": { script_path: `${RECIPES}/readings.py`, args: ["readings.csv", "500"] },
  "settings.py": { script_path: `${RECIPES}/settings.py` },
  "plot.py": { script_path: `${RECIPES}/plot.py` },
  "table.py": { script_path: `${RECIPES}/table.py`, stdin: "a,b\n1,2\n" },
  "yaml_to_json.py": { script_path: `${RECIPES}/yaml_to_json.py`, stdin: "a: [1, 2]\n" },
  "weekday.py": { script_path: `${RECIPES}/dates/weekday.py`, args: ["2026-11-29"] },
  "report.py": { script_path: `${RECIPES}/project/report.py` },
};
/** Prints the cache of `sys.path`, where folders of packages that were imported ahead are, as `sys.modules` has these. */
const DIFFERENT = ["show_path.py"];
for (const name of scriptsIn("live_output").filter((name) => !DIFFERENT.includes(name))) {
  IN_TURN[name] = {
    script_path: `${FIXTURES}/live_output/${name}`,
    args: ["a"],
    stdin: "x\ny\n",
  };
}
for (const how of ["deleted", "cycle", "closed", "generator", "in_builtins", "registered"]) {
  const script_path = `${FIXTURES}/live_output/last_words.py`;
  IN_TURN[`last_words.py ${how}`] = { script_path, args: [how] };
}

function scriptsIn(folder: string): string[] {
  return [...Deno.readDirSync(`${FIXTURES}/${folder}`)].map(({ name }) => name)
    .filter((name) => name.endsWith(".py")).toSorted();
}

for (const name of scriptsIn("warm").filter((name) => name !== "random_values.py")) {
  Deno.test(`a warm run is like a cold one when it runs ${name}`, async () => {
    const script = { script_path: `${FIXTURES}/warm/${name}`, args: ["a b", "ü"] };
    const { cold, warm, reason } = await (await servers()).both(script);
    assert.deepEqual({ ...warm, reason }, { ...cold, reason: undefined });
  });
}

Deno.test("a warm run is like a cold one, and leaves the same files, when it runs", async (test) => {
  const both = await servers();
  for (const [name, script] of Object.entries(IN_TURN)) {
    await test.step(name, async () => {
      const { cold, warm, reason } = await both.inTurn(script);
      assert.deepEqual({ ...warm, reason }, { ...cold, reason: undefined });
    });
  }
});

Deno.test("two warm runs differ when two bare runs do, in every random value", async () => {
  const both = await servers();
  const script = { script_path: `${FIXTURES}/warm/random_values.py` };
  const [one, other] = [await both.untilWarm(script), await both.untilWarm(script)];
  const values = [one, other].map(({ stdout }) => (stdout as string).trim().split(" "));
  values[0]!.forEach((value, index) =>
    assert(value !== values[1]![index], `value ${index} is ${value} again`)
  );
});

Deno.test("a warm run reports the same progress as a cold one", async () => {
  const both = await servers();
  const script = { script_path: `${EXAMPLES}/train.py`, args: ["1"] };
  await both.untilWarm({ script_content: "print(1)" });
  const [cold, warm] = await Promise.all(
    [both.cold, both.warm].map((server) => both.runAsJob(server, script)),
  );
  assert.equal(warm!.result.warm, true);
  const reported = (
    { current, total, message }: Record<string, unknown>,
  ) => [current, total, message];
  assert.deepEqual(reported(warm!.progress), reported(cold!.progress));
  assert.equal(warm!.progress.message, "epoch 1");
});

Deno.test("a warm run heeds Python's variables of its server as a cold one does", async () => {
  const home = await shared.home();
  Deno.mkdirSync(home.join("own"));
  Deno.writeTextFileSync(home.join("own/of_path.py"), "print('from PYTHONPATH')");
  const env = {
    PYTHONHASHSEED: "7",
    PYTHONIOENCODING: "latin-1:backslashreplace",
    PYTHONNOUSERSITE: "1",
    PYTHONPATH: home.join("own"),
    PYTHONUNBUFFERED: "1",
  };
  await using both = await ColdAndWarm.start(home, { env });
  const script = {
    script_content: `import of_path, os, sys
print(hash("a"), sys.flags, sys.path[1:], sys.stdout.encoding, sys.stdout.errors, "\u20ac", sys.stdout.write_through)
print(sorted((name, os.environ[name]) for name in os.environ if name.startswith("PYTHON") and "MCP" not in name))`,
  };
  await both.untilWarm(script);
  const { cold, warm, reason } = await both.both(script);
  assert.deepEqual({ ...warm, reason }, { ...cold, reason: undefined });
  assert.match(String(cold.stdout), /^from PYTHONPATH\n.*hash_randomization=1/);
});
