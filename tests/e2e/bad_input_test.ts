import assert from "node:assert/strict";
import { SharedServers } from "../helpers/shared_servers.ts";
import { waitFor } from "../helpers/wait_for.ts";

const shared = new SharedServers();

interface Mistake {
  what: string;
  tool?: string;
  /** `HOME` in a text stands for the test's home. */
  args: Record<string, unknown>;
  /** What the error must name: the parameter, the value, the next step. */
  names: (string | RegExp)[];
}

const IN_DIR = "py_run_script_in_dir";
const MISTAKES: Mistake[] = [
  {
    what: "neither path nor content is given",
    args: { directory: "HOME" },
    names: ["script_path", "script_content", "exactly one"],
  },
  {
    what: "both path and content are given",
    args: { directory: "HOME", script_path: "a.py", script_content: "1" },
    names: ["script_path", "script_content", "exactly one"],
  },
  {
    what: "the directory is missing",
    args: { directory: "HOME/nowhere", script_content: "1" },
    names: ["directory", "HOME/nowhere", "Create it"],
  },
  {
    what: "the directory is a file",
    args: { directory: "HOME/script.py", script_content: "1" },
    names: ["directory", "HOME/script.py", "folder"],
  },
  {
    what: "the script is a directory",
    args: { directory: "HOME", script_path: "." },
    names: ["script_path", "HOME", "folder"],
  },
  {
    what: "the script is missing",
    args: { directory: "HOME", script_path: "nowhere.py" },
    names: ["script_path", "HOME/nowhere.py", "Check the path"],
  },
  {
    what: "the env file is not text",
    args: { directory: "HOME", script_content: "1", env_file: "bad.env" },
    names: ["env_file", "HOME/bad.env", "not UTF-8"],
  },
  {
    what: "the env file is missing",
    args: { directory: "HOME", script_content: "1", env_file: "no.env" },
    names: ["env_file", "HOME/no.env"],
  },
  {
    what: "the Python version is nowhere",
    args: { directory: "HOME", script_content: "1", python_version: "3.99" },
    names: ["3.99", /3\.\d+\.\d+/],
  },
  {
    what: "the Python version is nowhere and uv is off",
    args: { directory: "HOME", script_content: "1", python_version: "3.99", use_uv: false },
    names: ["python_version", "3.99", /3\.\d+\.\d+/],
  },
  {
    what: "the Python version is no version",
    args: { directory: "HOME", script_content: "1", python_version: "latest" },
    names: ["python_version", "latest", "3.12"],
  },
  {
    what: "a time is negative",
    args: { directory: "HOME", script_content: "1", timeout_seconds: -1 },
    names: ["timeout_seconds", "-1", "Correct this"],
  },
  {
    what: "a parameter is unknown",
    args: { directory: "HOME", script_content: "1", workdir: "/" },
    names: ["workdir", "directory"],
  },
  {
    what: "a parameter has the wrong type",
    args: { directory: "HOME", script_content: "1", args: "x" },
    names: ["args", '"x"'],
  },
  {
    what: "a dependency does not exist",
    tool: "py_run_script_with_dependencies",
    args: { script_content: "1", dependencies: ["python-mcp-no-such-distribution-1"] },
    names: ["python-mcp-no-such-distribution-1"],
  },
  {
    what: "a dependency cannot be resolved",
    tool: "py_run_script_with_dependencies",
    args: { script_content: "1", dependencies: ["six==0.0.1"] },
    names: ["six==0.0.1"],
  },
  {
    what: "a dependency is no requirement",
    tool: "py_run_script_with_dependencies",
    args: { script_content: "1", dependencies: ["six >>> 1"] },
    names: ["dependencies", "six >>> 1"],
  },
  {
    what: "a script has 10 MB",
    args: { directory: "HOME", script_content: "#".repeat(10 * 2 ** 20) },
    names: ["script_content", "10.0 MB", "5 MB"],
  },
  {
    what: "a job id is a path",
    tool: "py_job_status",
    args: { job_id: "../../etc/passwd" },
    names: ["job_id", "../../etc/passwd", "py_list_jobs"],
  },
  {
    what: "a job to cancel is unknown",
    tool: "py_cancel_job",
    args: { job_id: "/etc/passwd" },
    names: ["job_id", "/etc/passwd", "py_list_jobs"],
  },
  {
    what: "a status is unknown",
    tool: "py_list_jobs",
    args: { status_filter: "done" },
    names: ["status_filter", "done", "completed"],
  },
  {
    what: "a saved script is unknown",
    tool: "py_run_saved_script",
    args: { script_name: "nowhere" },
    names: ["nowhere"],
  },
  {
    what: "a script's name is a path",
    tool: "py_save_script",
    args: { script_name: "../evil", source: "1" },
    names: ["script_name", "../evil"],
  },
];

for (const { what, tool = IN_DIR, args, names } of MISTAKES) {
  Deno.test(`${tool} says what to correct when ${what}`, async () => {
    const { home, server } = await shared.begin();
    Deno.writeTextFileSync(home.join("script.py"), "print(1)\n");
    Deno.writeFileSync(home.join("bad.env"), new Uint8Array([0x41, 0x3d, 0xff]));
    const filled = JSON.parse(JSON.stringify(args).replaceAll("HOME", home.path));
    const { json, isError, content } = await server.call(tool, filled);
    assert.equal(isError, true);
    const error = json.error as string;
    for (const name of names) {
      if (name instanceof RegExp) assert.match(error, name);
      else assert.ok(error.includes(name.replaceAll("HOME", home.path)), `${name} in: ${error}`);
    }
    assert.ok(error.length < 3000, `${error.length} characters`);
    assert.deepEqual(JSON.parse(content[0]!.text!), json);
    assert.deepEqual((await server.call("py_list_jobs")).json, { jobs: [], total: 0 });
    // What was made for the run goes just after the answer.
    await waitFor(() => [...Deno.readDirSync(home.join("jobs"))].length === 0, {
      what: "the removal of what the run left",
    });
  });
}
