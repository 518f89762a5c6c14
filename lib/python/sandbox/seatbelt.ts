import { dirname } from "node:path";
import type { SandboxPlan } from "./bubblewrap.ts";

/**
 * The same sandbox as a profile of macOS' `sandbox-exec`. It was written after the profiles that macOS
 * brings and never run: no Mac was at hand. Later rules win over earlier ones.
 */
export function seatbeltProfile(plan: SandboxPlan): string {
  const { level, places, readable, writable, writesRoots, guarded, hasNetwork } = plan;
  const { hidden, roots, home } = places;
  const names = [...guarded.existing, ...guarded.placeholders.map(({ path }) => path)];
  const shown = [...roots, ...readable, ...writable];
  return [
    "(version 1)",
    "(allow default)",
    "(deny file-write*)",
    ...rules("deny file-read* file-write*", "subpath", [...hidden, home]),
    // Programs look at the folders above theirs.
    ...rules("allow file-read-metadata", "literal", shown.flatMap(foldersAbove)),
    ...rules("allow file-read*", "subpath", shown),
    ...rules("allow file-write*", "subpath", [...(writesRoots ? roots : []), ...writable]),
    ...rules("allow file-write*", "literal", ["/dev/null", "/dev/zero", "/dev/tty"]),
    ...rules("deny file-write*", "subpath", names),
    "(deny file-write-setugid)",
    "(deny signal)",
    "(allow signal (target same-sandbox))",
    "(deny process-info* (target others))",
    "(deny mach-register)",
    "(deny appleevent-send)",
    "(deny system-privilege)",
    ...(hasNetwork ? [] : [
      "(deny network*)",
      ...(level === "hosts" ? ['(allow network-outbound (remote ip "localhost:3128"))'] : []),
    ]),
  ].join("\n");
}

function rules(action: string, kind: "literal" | "subpath", paths: string[]): string[] {
  return [...new Set(paths)].map((path) => `(${action} (${kind} ${JSON.stringify(path)}))`);
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [above, ...foldersAbove(above)];
}
