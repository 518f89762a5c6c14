/**
 * Starts servers and jobs of every kind on one home, kills servers, launchers, supervisors and scripts
 * at random moments and between the steps of a job's hand-over, and checks every job against the truth
 * that its script wrote. A full run writes `results.json`.
 *
 *     deno task chaos [--seed N] [--seconds N] [--kills N]
 *
 * It ends after so many kills (default 200), or after so many seconds (default 600).
 */
import { parseArgs } from "node:util";
import { TestHome } from "../helpers/test_home.ts";
import { checkHouse, problemsOf } from "./check_jobs.ts";
import { House } from "./house.ts";
import { leaveJobs } from "./left_jobs.ts";
import { planRound } from "./plan.ts";
import { type ChaosResults, writeChaosResults } from "./results.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, seconds: { type: "string" }, kills: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 1e6);
const seconds = Number(values.seconds ?? 600);
const kills = Number(values.kills ?? (values.seconds === undefined ? 200 : Infinity));
say(`chaos: seed ${seed}, until ${kills} kills or ${seconds} s`);

// Calls to servers that were killed would keep the process going until they are given up.
Deno.exit(await run());

async function run(): Promise<number> {
  await using home = await TestHome.create();
  const house = new House(home);
  const began = performance.now();
  let rounds = 0;
  while (house.kills < kills && performance.now() - began < seconds * 1000) {
    await house.play(planRound(seed, rounds++));
  }
  await house.killEachSupervisor();
  const left = leaveJobs(house);
  const report = await checkHouse(house);
  const problems = problemsOf(report);
  const { jobs, lostBytes, worstBytes, ...found } = report;
  const results: ChaosResults = {
    seed,
    rounds,
    seconds: Math.round((performance.now() - began) / 1000),
    jobs,
    warm: house.countWarm(),
    kills: house.kills,
    faults: house.faults,
    at_steps: house.ambushes,
    left_at_steps: left,
    found: {
      ...Object.fromEntries(Object.entries(found).map(([what, all]) => [what, all.length])),
      lost_bytes: lostBytes,
      worst_bytes: worstBytes,
    },
  };
  say(JSON.stringify(results, null, 2));
  for (const problem of problems) say(problem);
  if (problems.length > 0) say(`replay: deno task chaos --seed ${seed} --kills ${house.kills}`);
  else if (values.seconds === undefined && kills >= 200) await writeChaosResults(results);
  return problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
