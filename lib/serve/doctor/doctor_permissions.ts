import { loaderAdvice, loaderVariables } from "../../base/permission_advice.ts";
import type { Settings } from "../../runs/settings.ts";
import { findLauncherPython } from "../../python/interpreters/find_interpreters.ts";
import type { Finding } from "./finding.ts";
import { scopedFlags } from "../program/scoped_flags.ts";

/** What the server needs, and the flag that grants it. */
export async function checkPermissions({ home, env, ray }: Settings): Promise<Finding[]> {
  const python = findLauncherPython(env);
  const needed: Deno.PermissionDescriptor[] = [
    { name: "read" },
    { name: "env" },
    { name: "sys", kind: "uid" },
    { name: "write", path: home },
    { name: "run", command: python },
    ...(ray ? [{ name: "net" as const, host: new URL(ray.url).host }] : []),
  ];
  const flags = scopedFlags({ home, python, ray: ray?.url });
  const granted = await Promise.all(needed.map(isGranted));
  const missing = flags.filter((_, index) => !granted[index]);
  if (missing.length > 0) {
    return [finding("error", `this process lacks ${missing.join(", ")}`, {
      fix: `Start it with -A, or add ${missing.join(" ")}.`,
    })];
  }
  const [loader] = loaderVariables(env);
  if (loader !== undefined && !await isGranted({ name: "run" })) {
    return [finding("error", `--allow-run=${python} is not enough while ${loader} is set`, {
      fix: loaderAdvice(loader),
    })];
  }
  const hasAll = await isGranted({ name: "ffi" });
  return [finding("ok", hasAll ? "all (-A)" : "scoped, and enough")];
}

function finding(
  level: Finding["level"],
  message: string,
  rest: Pick<Finding, "fix"> = {},
): Finding {
  return { check: "permissions", level, message, ...rest };
}

async function isGranted(descriptor: Deno.PermissionDescriptor): Promise<boolean> {
  return (await Deno.permissions.query(descriptor)).state === "granted";
}
