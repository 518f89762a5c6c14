import { dirname } from "node:path";
import { UserError } from "../../base/user_error.ts";
import { GUARDED_FOLDERS } from "../../python/sandbox/guarded_names.ts";
import { contains, placesOf } from "../../python/sandbox/places.ts";
import type { Settings } from "../settings.ts";

/**
 * The folders that may be written to at the level of the server's owner: what its sessions cannot write
 * to, no call saves their notebooks to.
 *
 * @param target The notebook's path; its folder exists.
 * @returns Real paths; `undefined` at the level `off`, which has no such bound.
 * @throws UserError where the target is in none of them
 */
export function rootsToSaveIn(
  { home, sandbox, env }: Settings,
  target: string,
): string[] | undefined {
  const { level } = sandbox;
  if (level === "off") return undefined;
  const { roots } = placesOf(home, sandbox, env);
  const folder = Deno.realPathSync(dirname(target));
  const root = roots.find((one) => contains(one, folder));
  const guarded = root && folder.slice(root.length).split("/")
    .find((name) => GUARDED_FOLDERS.includes(name));
  if (root !== undefined && guarded === undefined) return roots;
  throw new UserError(
    `Cannot save to ${target}: in the sandbox (${level}) nothing is written outside the folders of ` +
      `PYTHON_MCP_SANDBOX_WRITE${
        guarded ? ` or in a ${guarded} there` : ""
      }. Use a path in one of them` +
      `${guarded ? "" : ", to which the server's owner may add this one"}.`,
  );
}
