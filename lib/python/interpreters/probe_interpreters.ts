import type { Executable } from "./find_executables.ts";

/** What an interpreter says about itself. */
export interface Probed {
  path: string;
  /** e.g. `3.12.4` */
  version: string;
  /** A finished release of CPython with its lock: what people mean by "Python". */
  ordinary: boolean;
  hasPip: boolean;
}

/** Run by one interpreter, it asks all of them; `-I` keeps folders and variables of users out. */
const probe = `
import json, subprocess, sys
ask = '''
import importlib.util, json, sys
v = sys.version_info
ordinary = (sys.implementation.name == "cpython" and v[3] == "final"
            and "free-threading" not in sys.version)
print(json.dumps({"version": "%d.%d.%d" % v[:3], "ordinary": ordinary,
                  "hasPip": importlib.util.find_spec("pip") is not None}))
'''
children = []
for path, sandbox in json.loads(sys.argv[1]):
    try:
        children.append((path, subprocess.Popen(
            sandbox + [path, "-I", "-c", ask], env={} if sandbox else None, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)))
    except OSError:
        pass
answers = {}
for path, child in children:
    try:
        answers[path] = json.loads(child.communicate(timeout=5)[0].decode())
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
    except ValueError:
        pass
print(json.dumps(answers))
`;

/** Makes the words before a command that let it run in a sandbox. */
export type ProbeSandbox = (python: string) => string[];

let sandboxOf: ProbeSandbox = () => [];

/** Has every interpreter that is asked from now on run in a sandbox: scripts may have made some of them. */
export function probeInSandbox(sandbox: ProbeSandbox): void {
  sandboxOf = sandbox;
}

/** What the probe learned, by path and time of modification. */
const probed = new Map<string, Promise<Probed | null>>();

/**
 * Asks interpreters what they are; those not known yet are started by one process. `null` stands
 * for one that does not answer within 5 seconds.
 *
 * @param launcher the Python that starts the others, so that Deno has to be allowed no other
 */
export function probeInterpreters(
  wanted: Executable[],
  launcher: string,
): Promise<(Probed | null)[]> {
  const key = ({ path, realPath, modified }: Executable) => `${path}\0${realPath}\0${modified}`;
  const unknown = wanted.filter((one) => !probed.has(key(one)));
  if (unknown.length > 0) {
    const answers = runProbe(launcher, unknown.map(({ path }) => path));
    for (const one of unknown) {
      const answer = answers.then((all) => {
        const found = all[one.path];
        // A busy machine may be why there is no answer, so the next call asks again.
        if (!found) probed.delete(key(one));
        return found ? { ...found, path: one.path } : null;
      });
      probed.set(key(one), answer);
    }
  }
  return Promise.all(wanted.map((one) => probed.get(key(one))!));
}

async function runProbe(
  launcher: string,
  paths: string[],
): Promise<Record<string, Omit<Probed, "path">>> {
  const { success, stdout } = await new Deno.Command(launcher, {
    args: ["-I", "-S", "-c", probe, JSON.stringify(paths.map((path) => [path, sandboxOf(path)]))],
    stdin: "null",
    stderr: "null",
  }).output();
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : {};
}
