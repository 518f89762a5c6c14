import { join } from "node:path";
import type { Settings } from "../mcp/app.ts";
import { findLauncherPython } from "../python/find_interpreters.ts";
import type { Finding } from "./doctor.ts";

/** What the server needs, and the flag that grants it. */
export async function checkPermissions({ home, env }: Settings): Promise<Finding[]> {
  const python = findLauncherPython(env);
  const needed: [Deno.PermissionDescriptor, flag: string][] = [
    [{ name: "read" }, "--allow-read"],
    [{ name: "write", path: join(home, "x") }, `--allow-write=${home}`],
    [{ name: "run", command: python }, `--allow-run=${python}`],
    [{ name: "env" }, "--allow-env"],
  ];
  const states = await Promise.all(
    needed.map(async ([descriptor, flag]) => ({
      state: await Deno.permissions.query(descriptor),
      flag,
    })),
  );
  const missing = states.filter(({ state }) => state.state !== "granted");
  const all = await Deno.permissions.query({ name: "ffi" });
  return [{
    check: "permissions",
    level: missing.length > 0 ? "error" : "ok",
    message: missing.length > 0
      ? `this process lacks ${missing.map(({ flag }) => flag).join(", ")}`
      : all.state === "granted"
      ? "all (-A)"
      : "scoped, and enough",
    ...(missing.length > 0
      ? { fix: `Start it with -A, or add ${missing.map(({ flag }) => flag).join(" ")}.` }
      : {}),
  }];
}
