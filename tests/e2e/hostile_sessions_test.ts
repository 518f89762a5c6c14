import assert from "node:assert/strict";
import { connect } from "../helpers/connect.ts";
import { endSessions, runCell } from "../helpers/sessions.ts";
import { TestHome } from "../helpers/test_home.ts";

/** What a session's code puts in the place of a file of its session, at `path`. */
const REPLACEMENTS: Record<string, string> = {
  "a named pipe": "os.mkfifo(path)",
  "a folder": "os.mkdir(path)",
  "a link to /dev/zero": "os.symlink('/dev/zero', path)",
  "a link to itself": "os.symlink(path, path)",
  "JSON of another kind": `open(path, "w").write('{"id": 5, "state": [], "at": "x"}\\n')`,
  "a cell without outputs": `open(path, "w").write('{"type": "cell", "at": 1, "outputs": 5}\\n')`,
};
const FILES = ["session.json", "state.json", "ended.json", "transcript.jsonl"];

const home = await TestHome.prepared();
const server = await connect({ home: home.path, env: { PYTHON_MCP_WARM: "off" } });
Deno.test.afterAll(async () => {
  await endSessions(server);
  await server.close();
  await home[Symbol.asyncDispose]();
});

for (const [what, make] of Object.entries(REPLACEMENTS)) {
  Deno.test(`sessions are listed, answer and end when one puts ${what} in the place of its files`, async () => {
    const session = `hostile-${what.replaceAll(/\W/g, "-")}`;
    const replace = `import os, time
folder = os.path.dirname(os.getcwd())
for path in [os.path.join(folder, name) for name in ${JSON.stringify(FILES)}]:
    if os.path.lexists(path): os.rename(path, path + ".old")
    ${make}`;
    await runCell(server, "1", { session: "other" });
    await runCell(server, replace, { session });
    const { json } = await server.call("py_sessions");
    const listed = json.sessions as { session: string }[];
    assert(listed.some(({ session }) => session === "other"), JSON.stringify(json));
    assert.equal((await runCell(server, "2", { session: "other" })).json.result, "2");
    const save = { session, path: home.join("saved.ipynb"), overwrite: true };
    const { json: saved } = await server.call("py_session_save", save);
    assert(saved.written || /There is no session/.test(String(saved.error)), JSON.stringify(saved));
    const { json: ended } = await server.call("py_session_end", { session });
    assert.match(String(ended.message), /^Ended/, JSON.stringify(ended));
  });
}
