import { resolvePath } from "../../base/resolve_path.ts";
import { isAtLeast } from "../../base/sandbox_level.ts";
import { UserError } from "../../base/user_error.ts";
import { SessionFiles, type SessionRecord } from "../../jobs/files/session_files.ts";
import { isPythonPath } from "../../python/interpreters/python_at_path.ts";
import { parsePythonVersion } from "../../python/interpreters/python_version.ts";
import type { App } from "../app.ts";
import { sandboxLevelOf } from "../run/sandbox_level_of.ts";
import { requireOwnLevel } from "./require_own_level.ts";
import type { CellOptions } from "./session_options.ts";

/** @throws UserError when a session lives as something else than what a call asks for */
export async function checkFits(
  app: App,
  record: SessionRecord,
  { directory, pythonVersion, useUv, envVars, envFile, memoryMb, sandbox }: Partial<CellOptions>,
): Promise<void> {
  const { cwd, env } = app.settings;
  const { name, asked } = record;
  const level = sandboxLevelOf(app.settings.sandbox, sandbox);
  requireOwnLevel(app, { name, record });
  const refuse = (parameter: string, value: unknown, has: string) => {
    throw new UserError(
      `Cannot use \`${parameter}\` ${
        JSON.stringify(value)
      } for the session ${name}: it lives already, ` +
        `${has}. Leave \`${parameter}\` out, use another \`session\` name, or end this one with ` +
        "py_session_end first (its variables go with it).",
    );
  };
  if (!isAtLeast(asked.sandbox, level)) {
    refuse("sandbox", sandbox, `in the sandbox ${asked.sandbox}`);
  }
  if (directory !== undefined && !isSame(resolvePath(directory, cwd, env), record.directory)) {
    refuse("directory", directory, `in ${record.directory}`);
  }
  if (pythonVersion !== undefined && pythonVersion !== asked.python_version) {
    const version = new SessionFiles(app.jobs.home, name).state?.python_version;
    const isPath = isPythonPath(pythonVersion, record.directory);
    const fits = isPath
      ? resolvePath(pythonVersion, record.directory, env) === asked.python_version
      : version && (await parsePythonVersion(pythonVersion)).matches(version);
    if (!fits) {
      refuse("python_version", pythonVersion, `with Python ${version ?? "…"} (${record.python})`);
    }
  }
  if (useUv !== undefined && useUv !== asked.use_uv) {
    refuse("use_uv", useUv, `with use_uv ${asked.use_uv}`);
  }
  if (envFile !== undefined) {
    const path = resolvePath(envFile, record.directory, env);
    if (path !== asked.env_file) {
      refuse("env_file", envFile, asked.env_file ? `with ${asked.env_file}` : "without one");
    }
  }
  if (memoryMb !== undefined && memoryMb !== asked.memory_mb) {
    refuse("memory_mb", memoryMb, asked.memory_mb ? `with ${asked.memory_mb}` : "without one");
  }
  if (envVars !== undefined && Object.keys(envVars).length > 0) {
    const answer = await app.jobs.sessions.ask(record.id, { has_env: envVars });
    if (answer && !answer.has_env) {
      const names = record.withheld.length > 0
        ? `with ${record.withheld.join(", ")}`
        : "without any";
      refuse("env_vars", Object.keys(envVars), `${names}, whose values are not these`);
    }
  }
}

function isSame(one: string, other: string): boolean {
  try {
    return Deno.realPathSync(one) === Deno.realPathSync(other);
  } catch {
    return one === other;
  }
}
