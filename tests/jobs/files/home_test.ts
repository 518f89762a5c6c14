import assert from "node:assert/strict";
import { openHome } from "../../../lib/jobs/files/home.ts";
import { readHttpToken } from "../../../lib/serve/access/http_token.ts";
import { cli, cliProcess } from "../../helpers/cli.ts";
import { connect } from "../../helpers/connect.ts";
import { TestHome } from "../../helpers/test_home.ts";
import { skippableTest } from "../../helpers/skippable.ts";

const STRANGER = 54321;
const isRoot = Deno.uid() === 0;

/** A home that was used, in a folder of the test's. */
function used(home: TestHome): string {
  const path = home.join("home");
  openHome(path);
  Deno.mkdirSync(`${path}/tools/uv/bin`, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(`${path}/tools/uv/bin/uv`, "", { mode: 0o700 });
  Deno.mkdirSync(`${path}/runtime/1/jobs`, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(`${path}/runtime/1/jobs/supervisor.py`, "", { mode: 0o600 });
  readHttpToken(path, undefined);
  return path;
}

const PARTS = ["", "jobs", "meta", "sockets", "runtime/1/jobs/supervisor.py", "tools/uv/bin/uv"];

Deno.test("a home that others may write to, or a part of it, is refused with what to do", async () => {
  for (const part of PARTS) {
    await using home = await TestHome.create();
    const path = used(home);
    const { mode } = Deno.statSync(`${path}/${part}`);
    Deno.chmodSync(path, 0o755);
    for (const open of [0o020, 0o002]) {
      Deno.chmodSync(`${path}/${part}`, (mode! & 0o777) | open);
      assert.throws(
        () => openHome(path),
        ({ message }: Error) => message.endsWith(`: chmod 700 '${path}'`),
        part,
      );
    }
    Deno.chmodSync(path, 0o700);
    // Nobody else gets there now: pip and uv make such files where the umask is 002.
    openHome(path);
  }
});

Deno.test("a token that others may write to opens no server", async () => {
  await using home = await TestHome.create();
  const path = used(home);
  Deno.chmodSync(path, 0o755);
  Deno.chmodSync(`${path}/http_token`, 0o666);
  assert.throws(() => readHttpToken(path, undefined), /other users may write to it \(mode 666\)/);
  assert.equal(readHttpToken(path, "given").value, "given");
});

skippableTest(
  "as root, another user's home is refused before anything is made in it",
  !isRoot && "it needs root",
  async () => {
    for (const part of PARTS) {
      await using home = await TestHome.create();
      const path = used(home);
      Deno.chownSync(`${path}/${part}`, STRANGER, STRANGER);
      assert.throws(
        () => openHome(path),
        /as root: it belongs to user 54321.*sudo -u '#54321'/,
        part,
      );
    }
    await using home = await TestHome.create();
    Deno.mkdirSync(home.join("home"), { mode: 0o700 });
    Deno.chownSync(home.join("home"), STRANGER, STRANGER);
    const { code, stderr } = await cli(home, ["jobs"]);
    assert.equal(code, 1);
    assert.match(stderr, /^python-mcp: Cannot use .*home as root/);
    assert.deepEqual([...Deno.readDirSync(home.join("home"))], []);
  },
);

Deno.test("a path that can be no home is named, with its setting and what is wrong", async () => {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("file"), "");
  Deno.symlinkSync(home.join("nowhere"), home.join("link"));
  const paths = {
    [home.join("file")]: /a file is where a folder has to be/,
    "/": /would lie among the system's/,
    "/dev/null": /a file is where a folder has to be(?!.*chmod)/,
    "/proc/none": /is gone|may not do that|can only be read/,
    [`/tmp/${"x".repeat(3600)}`]: /the path is too long/,
    [`${home.join("file")}/below`]: /a file is where a folder has to be/,
    [home.join("link")]: /a file is where a folder has to be|leads nowhere/,
  };
  for (const [path, why] of Object.entries(paths)) {
    const { code, stdout, stderr } = await cli(home, ["jobs"], { env: { PYTHON_MCP_HOME: path } });
    assert.deepEqual([code, stdout], [1, ""], stderr);
    assert.match(stderr, /^python-mcp: Cannot use .*\n$/);
    assert.match(stderr, why);
    assert(stderr.length < 1000);
  }
});

Deno.test("a server on a path that can be no home tells each call so", async () => {
  await using home = await TestHome.create();
  Deno.writeTextFileSync(home.join("file"), "");
  await using server = await connect({ home: home.join("file") });
  const { json, isError } = await server.call("py_list_jobs", {});
  assert(isError);
  assert.match(
    String(json.error),
    /as the home \(PYTHON_MCP_HOME\): a file is where a folder has to be/,
  );
});

Deno.test("the program names its setting when there is no HOME", async () => {
  await using home = await TestHome.create();
  for (const args of [["jobs"], []]) {
    for (const PYTHON_MCP_HOME of ["", "~/jobs"]) {
      const { code, stderr } = await cliProcess(home, args, { env: { HOME: "", PYTHON_MCP_HOME } });
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^python-mcp: Cannot tell where .* HOME is not set\. Set PYTHON_MCP_HOME/,
      );
    }
  }
});
