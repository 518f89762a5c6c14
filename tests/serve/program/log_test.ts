import assert from "node:assert/strict";
import { createLog } from "../../../lib/serve/program/log.ts";
import { TestHome } from "../../helpers/test_home.ts";

const MIB = 1 << 20;

Deno.test("the log keeps its file and one before it, at most 1 MiB each, when much is logged", async () => {
  await using home = await TestHome.create();
  const log = createLog(home.path, true, () => {});
  for (let line = 0; line < 3000; line++) log.debug(`${line} ${"x".repeat(1000)}`);
  const files = [...Deno.readDirSync(home.join("logs"))].map(({ name }) => name).toSorted();
  assert.deepEqual(files, ["server.log", "server.log.1"]);
  let text = "";
  for (const name of files.toReversed()) {
    const { size, mode } = Deno.statSync(home.join("logs", name));
    assert.ok(size <= MIB + 2000, `${name} has ${size} bytes`);
    assert.equal(mode! & 0o777, 0o600);
    text += Deno.readTextFileSync(home.join("logs", name));
  }
  const numbers = text.trimEnd().split("\n").map((line) => Number(line.split(" ")[3]));
  assert.deepEqual(numbers, numbers.map((_, n) => 3000 - numbers.length + n), "the newest lines");
});

Deno.test("logging goes on when its file cannot be written", async () => {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("logs"), "a file where the folder is to be");
  const lines: string[] = [];
  const log = createLog(home.path, true, (line) => lines.push(line));
  log.debug("said all the same");
  assert.match(lines[0]!, /\[debug\] \d+ said all the same\n/);
});
