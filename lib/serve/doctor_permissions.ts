import { join } from "node:path";
import type { Finding } from "./doctor.ts";

/** What the server needs, and the flag that grants it. */
export async function checkPermissions(home: string): Promise<Finding[]> {
  const needed: [Deno.PermissionDescriptor, flag: string][] = [
    [{ name: "read" }, "--allow-read"],
    [{ name: "write", path: join(home, "x") }, `--allow-write=${home}`],
    [{ name: "run" }, "--allow-run=PATH_OF_PYTHON"],
    [{ name: "env" }, "--allow-env"],
  ];
  const states = await Promise.all(
    needed.map(async ([descriptor, flag]) => ({
      // `run` for one program counts as partial.
      state: await Deno.permissions.query(descriptor),
      flag,
    })),
  );
  const missing = states.filter(({ state }) => state.state !== "granted" && !state.partial);
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
