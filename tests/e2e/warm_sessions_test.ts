import assert from "node:assert/strict";
import { endSessions } from "../helpers/sessions.ts";
import { SessionScene } from "../helpers/session_scene.ts";
import { processesWith } from "../helpers/test_home.ts";
import { waitFor } from "../helpers/wait_for.ts";

/** Sessions whose Python a warm host has forked, beside those that are started. */

type Json = Record<string, unknown>;

const warm = await SessionScene.create({ PYTHON_MCP_WARM: "imports" });
const HOST = "python-mcp warm host";
const PARENT = "open('/proc/%d/cmdline' % __import__('os').getppid()).read()";
const FACTS = Deno.readTextFileSync(new URL("../fixtures/sessions/facts.py", import.meta.url));
let count = 0;

/** The name of a session that a host has forked. */
async function warmSession(): Promise<string> {
  let name = "";
  await waitFor(async () => {
    const { result } = await warm.run(name = `warm${count++}`, PARENT);
    if (String(result).startsWith("'python-mcp warm supervisor")) return true;
    await warm.call("py_session_end", { session: name });
    return false;
  }, { what: "a warm session", timeoutMs: 60_000 });
  return name;
}

function hosts(): number[] {
  return processesWith(warm.home.path).filter(({ command }) => command.startsWith(HOST))
    .map(({ pid }) => pid);
}

Deno.test("a session from a warm host looks as one that was started", async () => {
  const name = await warmSession();
  const read = async (session: string, more: Json = {}) => {
    const { stdout, stderr } = await warm.run(session, FACTS, more);
    assert.equal(stderr, "");
    return JSON.parse(stdout as string) as Record<string, string[]>;
  };
  // What its caller gives makes it a cold one.
  const cold = await read("cold", { env_vars: { COLD: "1" } });
  assert.doesNotMatch(String((await warm.run("cold", PARENT)).result), /warm/);
  const found = await read(name);
  const ahead = found.modules!.filter((one) => !cold.modules!.includes(one));
  for (const key of ["environ", "environ of ps"]) {
    cold[key] = cold[key]!.filter((one) => one !== "COLD=1");
  }
  assert.deepEqual({ ...found, modules: cold.modules }, cold);
  assert.ok(ahead.length < 12, `more of Python's own modules than named in the docs: ${ahead}`);
});

Deno.test("sessions of one host have random numbers of their own", async () => {
  const code = "import random, tempfile, uuid\n" +
    "(random.random(), next(tempfile._get_candidate_names()), uuid.uuid4())";
  const [one, other] = [await warmSession(), await warmSession()];
  const numbers = [await warm.run(one, code), await warm.run(other, code)];
  assert.notEqual(numbers[0]!.result, numbers[1]!.result);
});

Deno.test("a warm session keeps its variables when its host is killed, and restarts cold", async () => {
  const name = await warmSession();
  await warm.run(name, "x = 41");
  for (const pid of hosts()) Deno.kill(pid, "SIGKILL");
  assert.equal((await warm.run(name, "x + 1")).result, "42");
  await warm.call("py_session_end", { session: name, action: "restart" });
  const { result } = await warm.run(name, `'x' in globals(), ${PARENT}[:18]`);
  assert.equal(result, "(False, 'python-mcp warm su')");
});

Deno.test("a session starts although the host that was to fork it is stopped", async () => {
  await warmSession();
  await endSessions(await warm.server()); // a launcher wakes the hosts of those that run
  for (const pid of hosts()) Deno.kill(pid, "SIGSTOP");
  const { result } = await warm.run("after", PARENT);
  assert.match(String(result), /start_launcher/);
});

Deno.test("a warm session that is killed says so, and so does one whose supervisor is", async () => {
  for (const what of ["kernel_pid", "supervisor_pid"]) {
    const name = await warmSession();
    const { [what]: pid } = warm.state(name);
    Deno.kill(pid as number, "SIGKILL");
    // The first who uses it may find that out.
    const { note, error } = await warm.run(name, "1");
    assert.match(String(note ?? error), /was killed/);
    assert.equal((await warm.run(name, "'x' in globals()")).result, "False");
  }
});
