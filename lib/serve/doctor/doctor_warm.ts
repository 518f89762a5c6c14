import { join } from "node:path";
import { readJsonIfThere } from "../../base/private_files.ts";
import { HOME_FOLDERS } from "../../jobs/files/names.ts";
import type { Settings } from "../../runs/settings.ts";
import type { Finding } from "./finding.ts";

/** Whether runs may be warm, how many hosts there are, and what they leave to the scripts and why. */
export function checkWarm({ home, warm: { mode, mb } }: Settings): Finding[] {
  const check = "warm runs";
  if (mode === "off") {
    return [{ check, level: "ok", message: "off (PYTHON_MCP_WARM)" }];
  }
  const folder = join(home, HOME_FOLDERS.warm);
  const names = namesIn(folder);
  const hosts = names.filter((name) => name.endsWith(".sock")).length;
  const never = names.filter((name) => name.endsWith(".json")).flatMap((name) =>
    Object.entries(
      readJsonIfThere<{ never?: Record<string, string> }>(join(folder, name))?.never ?? {},
    )
  );
  const left = never.map(([module, reason]) => `${module} ${reason}`).join("; ");
  return [{
    check,
    level: "ok",
    message: `${mode}, ${hosts} hosts, at most ${mb} MB` +
      (left === "" ? "" : `; not imported ahead: ${left}`),
  }];
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch {
    return []; // no home yet
  }
}
