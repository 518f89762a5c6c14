import { join } from "node:path";
import {
  isShimFolder,
  namesIn,
  programFolders,
} from "../../python/interpreters/find_executables.ts";
import { findUv } from "../../python/environment/find_uv.ts";
import type { Settings } from "../../runs/settings.ts";
import type { Finding } from "./finding.ts";
import { answerOf } from "./doctor_command.ts";

/** The real uv; the first one on PATH may be a stand-in that fails in some folders. */
export async function checkUv({ home, env }: Settings): Promise<Finding[]> {
  const uv = findUv(home, env);
  if (uv === undefined) {
    return [{
      check: "uv",
      level: "warning",
      message: "not found; the first run that needs packages installs it into the home",
      fix: "Install it now: https://docs.astral.sh/uv/",
    }];
  }
  const version = await answerOf(uv, ["--version"]);
  if (version === undefined) {
    return [{
      check: "uv",
      level: "error",
      message: `${uv} does not answer`,
      fix: "Reinstall uv: https://docs.astral.sh/uv/",
    }];
  }
  const shim = programFolders(env).find((folder) =>
    isShimFolder(folder) && namesIn(folder).includes("uv")
  );
  const note = shim === undefined ? "" : `; the stand-in ${join(shim, "uv")} is passed over`;
  return [{ check: "uv", level: "ok", message: `${version} at ${uv}${note}` }];
}
