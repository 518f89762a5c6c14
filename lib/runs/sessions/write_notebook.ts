import { explained } from "../../base/explain_system_error.ts";
import { UserError } from "../../base/user_error.ts";
import { findLauncherPython } from "../../python/interpreters/find_interpreters.ts";

/**
 * Python writes where it is told to; the server itself may only be allowed to write in its home. A folder
 * that was opened and found to be in a root stays there, whatever code of the session does meanwhile.
 */
const PROGRAM = `
import json, os, sys, uuid
path, may_replace, roots = sys.argv[1], sys.argv[2] == "replace", json.loads(sys.argv[3])
folder, name = os.path.split(path)
fresh = "%s.%s.new" % (name, uuid.uuid4().hex[:8])
written = True
at = None
try:
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    if roots is not None:
        real = os.path.realpath("/proc/self/fd/%d" % at if os.path.exists("/proc/self/fd") else folder)
        if not any((real + "/").startswith(root.rstrip("/") + "/") for root in roots):
            sys.exit("%s leads to %s, where nothing may be written" % (folder, real))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(fresh, flags, 0o600, dir_fd=at), "wb") as file:
        file.write(sys.stdin.buffer.read())
        file.flush()
        os.fsync(file.fileno())
    try:
        (os.replace if may_replace else os.link)(fresh, name, src_dir_fd=at, dst_dir_fd=at)
    except FileExistsError:
        written = False
except OSError as error:
    sys.exit(str(error))
finally:
    try:
        if at is not None:
            os.unlink(fresh, dir_fd=at)
    except OSError:
        pass
print("written" if written else "exists")
`;

/**
 * Writes a notebook (0600), all of it or nothing; false where there is a file that is not to be
 * replaced.
 *
 * @param roots The folders in one of which it has to be; any place without them.
 * @throws UserError with what the system said, and what to do
 */
export async function writeNotebook(
  path: string,
  text: string,
  overwrite: boolean,
  env: Record<string, string>,
  roots?: readonly string[],
): Promise<boolean> {
  const child = new Deno.Command(findLauncherPython(env), {
    args: [
      ...["-I", "-S", "-c", PROGRAM, path, overwrite ? "replace" : "create"],
      JSON.stringify(roots ?? null),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  // One that could not create the file has ended.
  await writer.write(new TextEncoder().encode(text)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await output;
  if (success) return new TextDecoder().decode(stdout).trim() === "written";
  const error = new Error(new TextDecoder().decode(stderr).trim());
  const told = explained(error, `Cannot save the notebook ${path}`);
  throw told instanceof UserError
    ? told
    : new UserError(`Cannot save the notebook ${path}: ${error.message}`);
}
