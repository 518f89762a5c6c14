import {
  defaultInterpreter,
  findInterpreter,
  findLauncherPython,
} from "../interpreters/find_interpreters.ts";
import { parsePythonVersion } from "../interpreters/python_version.ts";

const program = `
import json, sys, warnings
warnings.simplefilter("ignore")
try:
    compile(sys.stdin.buffer.read(), "script", "exec", dont_inherit=True)
    found = None
except SyntaxError as error:
    found = "%s: %s" % (type(error).__name__, error.msg) + (
        " (line %d)" % error.lineno if error.lineno else "")
except (ValueError, RecursionError, MemoryError) as error:
    found = "%s: %s" % (type(error).__name__, error)
print(json.dumps([found, "%d.%d" % sys.version_info[:2]]))
`;

/** Lets one Python start the others, so that Deno has to be allowed no other. */
const start = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])";

/**
 * What keeps a source from compiling, such as `SyntaxError: invalid syntax (line 3)`; `undefined`
 * when nothing does, or when it cannot be found out.
 *
 * @param requiresPython the range that it is written for; the default Python decides without it
 */
export async function checkSyntax(
  source: string,
  { requiresPython, env = Deno.env.toObject() }: {
    requiresPython?: string;
    env?: Record<string, string>;
  } = {},
): Promise<string | undefined> {
  try {
    const python = requiresPython === undefined
      ? defaultInterpreter(env)
      : (await findInterpreter(await parsePythonVersion(requiresPython, "requires_python"), env))
        .path;
    const child = new Deno.Command(findLauncherPython(env), {
      args: ["-I", "-S", "-c", start, python, "-I", "-S", "-c", program],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(source));
    await writer.close();
    const { stdout } = await child.output();
    const [found, version] = JSON.parse(new TextDecoder().decode(stdout));
    return found === null ? undefined : `${found}, says Python ${version}`;
  } catch {
    return undefined; // no Python that fits: a script may be kept for another machine
  }
}
