import { permissionAdvice } from "../../base/permission_advice.ts";
import type { Settings } from "../../runs/settings.ts";
import { isFromNpx } from "../program/invocation.ts";
import { checkBudgets } from "./doctor_budgets.ts";
import { checkClients } from "./doctor_clients.ts";
import { checkHome } from "./doctor_home.ts";
import { checkIndex } from "./doctor_index.ts";
import { checkPermissions } from "./doctor_permissions.ts";
import { checkPythons } from "./doctor_pythons.ts";
import { checkRay } from "./doctor_ray.ts";
import { checkSandbox } from "./doctor_sandbox.ts";
import { checkUv } from "./doctor_uv.ts";
import { checkWarm } from "./doctor_warm.ts";
import type { Finding } from "./finding.ts";

/** Looks at all that the server needs; a check that breaks is a finding too. */
export async function examine(
  settings: Settings,
  { offline }: { offline: boolean },
): Promise<Finding[]> {
  const checks: [string, () => Finding[] | Promise<Finding[]>][] = [
    ["Deno", checkDeno],
    ["permissions", () => checkPermissions(settings)],
    ["uv", () => checkUv(settings)],
    ["Python", () => checkPythons(settings)],
    ["home", () => checkHome(settings.home)],
    ["sandbox", () => checkSandbox(settings)],
    ["warm runs", () => checkWarm(settings)],
    ...(settings.ray
      ? [["Ray", () => checkRay(settings.ray!)] as [string, () => Promise<Finding[]>]]
      : []),
    ...(offline
      ? []
      : [["index", () => checkIndex(settings.env)] as [string, () => Promise<Finding[]>]]),
    ["budgets", () => checkBudgets(settings.env)],
    ["clients", () => checkClients(settings.env)],
  ];
  const all = await Promise.all(checks.map(async ([check, look]) => {
    try {
      return await look();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      return [{
        check,
        level: "error" as const,
        message: `This could not be checked: ${text}`,
        fix: error instanceof Deno.errors.NotCapable
          ? permissionAdvice(text)
          : "Fix what the message names.",
      }];
    }
  }));
  return all.flat();
}

/** The oldest that the program was seen to run on. */
const OLDEST_DENO = [2, 8];

function checkDeno(): Finding[] {
  const { deno } = Deno.version;
  const [major = 0, minor = 0] = deno.split(".").map(Number);
  const isOld = major < OLDEST_DENO[0]! || (major === OLDEST_DENO[0] && minor < OLDEST_DENO[1]!);
  const message = `${deno} at ${Deno.execPath()}`;
  if (isOld) {
    const fix = `Version ${OLDEST_DENO.join(".")} or newer is needed: deno upgrade`;
    return [{ check: "Deno", level: "error", message, fix }];
  }
  if (isFromNpx()) {
    return [{
      check: "Deno",
      level: "warning",
      message: `${message}, in npx's cache, which npm may empty`,
      fix: "Before `install`, install Deno for good: npm install --global deno",
    }];
  }
  return [{ check: "Deno", level: "ok", message }];
}
