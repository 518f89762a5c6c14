/**
 * Starts servers and sessions on one home, kills servers, launchers, the supervisors of sessions and their
 * processes at random moments, and checks every cell against the truth that it wrote itself.
 *
 *     deno task chaos:sessions [--seed N] [--kills N]
 */
import { parseArgs } from "node:util";
import { TestHome } from "../../helpers/test_home.ts";
import { Random } from "../random.ts";
import { orphansOf } from "../check_home.ts";
import { waitFor } from "../../helpers/wait_for.ts";
import { checkCells } from "./check_cells.ts";
import { SessionHouse, SESSIONS } from "./session_house.ts";

const { values } = parseArgs({ options: { seed: { type: "string" }, kills: { type: "string" } } });
const seed = Number(values.seed ?? Date.now() % 1e6);
const kills = Number(values.kills ?? 100);
say(`chaos of sessions: seed ${seed}, until ${kills} kills, half of them while a cell runs`);
Deno.exit(await run());

async function run(): Promise<number> {
  await using home = await TestHome.create();
  const random = new Random(seed);
  const house = new SessionHouse(home);
  const began = performance.now();
  // Half of them, as of the default 100, while a cell runs.
  while (house.kills < kills || house.busy < kills / 2) await house.play(random);
  await house.settled();
  const problems = await checkCells(house);
  for (const session of SESSIONS) {
    await (await house.server(0)).call("py_session_end", { session }).catch(() => {});
  }
  await house.close();
  await waitFor(() => orphansOf(home.path).length === 0, { what: "the end of all processes" })
    .catch(() => problems.push(...orphansOf(home.path).map((one) => `orphan: ${one}`)));
  const { faults, busy, cells } = house;
  const seconds = Math.round((performance.now() - began) / 1000);
  say(
    JSON.stringify({
      seed,
      seconds,
      cells: cells.length,
      kills: house.kills,
      busy,
      faults,
      ...house.ends,
    }),
  );
  for (const problem of problems) say(problem);
  return problems.length === 0 ? 0 : 1;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
