import assert from "node:assert/strict";
import { SERVICE_FILE } from "../../../lib/serve/install/service_file.ts";
import { cli } from "../../helpers/cli.ts";
import { MAIN } from "../../helpers/program.ts";
import { runProcess } from "../../helpers/run_process.ts";
import { skippableTest } from "../../helpers/skippable.ts";
import { TestHome } from "../../helpers/test_home.ts";

/** What needs quotes in one file or the other. */
const ODD = {
  command: "/bin/echo",
  args: ["two words", 'a "quote"', "back\\slash", "50%", "$HOME", "<&>", ""],
  env: { PATH: "/a b:/c", NOTE: '<"&%$>', LINES: "a\nb" },
};
const ANALYZE = "/usr/bin/systemd-analyze";

const noSystemd = await Deno.stat(ANALYZE).then(() => false as const, () => "there is no systemd");

skippableTest("systemd takes the unit that service prints", noSystemd, async () => {
  await using home = await TestHome.create();
  const { stdout } = await cli(home, ["service", "--for", "systemd", "--port", "8123"]);
  assert.match(stdout, /^ExecStart=.* serve --http --port 8123$/m);
  Deno.writeTextFileSync(home.join("python-mcp.service"), stdout);
  Deno.writeTextFileSync(home.join("odd.service"), SERVICE_FILE.systemd(ODD));
  for (const unit of ["python-mcp.service", "odd.service"]) {
    const { code, stderr } = await runProcess([ANALYZE, "verify", "--user", home.join(unit)], {
      env: { XDG_RUNTIME_DIR: home.path },
    });
    assert.deepEqual([code, stderr], [0, ""], unit);
  }
});

Deno.test("a unit of systemd doubles and quotes what would stand for something else", () => {
  const unit = SERVICE_FILE.systemd(ODD);
  assert.match(
    unit,
    /^ExecStart=\/bin\/echo "two words" "a \\"quote\\"" "back\\\\slash" 50%% "\$\$HOME" "<&>" ""$/m,
  );
  assert.match(unit, /^Environment="PATH=\/a b:\/c"\nEnvironment="NOTE=<\\"&%%\$>"$/m);
  assert.match(unit, /^Environment="LINES=a\\nb"$/m);
});

Deno.test("the plist that service prints for launchd says what is to run, whatever is in it", async () => {
  await using home = await TestHome.create();
  const read =
    "import json, plistlib, sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
  const { stdout } = await runProcess(["/usr/bin/python3", "-c", read], {
    stdin: SERVICE_FILE.launchd(ODD),
  });
  const { ProgramArguments, EnvironmentVariables } = JSON.parse(stdout);
  assert.deepEqual(ProgramArguments, [ODD.command, ...ODD.args]);
  assert.deepEqual(EnvironmentVariables, ODD.env);
  const printed = await cli(home, ["service", "--for", "launchd"]);
  assert(printed.stdout.includes(`<string>${MAIN}</string>`), printed.stdout);
});
