import type { CellInstall } from "../../jobs/files/process_spec.ts";
import { SessionFiles, type SessionRecord } from "../../jobs/files/session_files.ts";
import type { ProcessRequest } from "../../jobs/process/process_request.ts";
import { detectImports } from "../../python/source/detect_imports.ts";
import { loadDistributionTable } from "../../python/source/distribution_for_import.ts";
import type { App } from "../app.ts";
import { DEFAULT_TIMEOUT_SECONDS } from "../run/run_options.ts";
import { installsNothing, type LivingSession } from "./ensure_session.ts";
import type { CellOptions } from "./session_options.ts";

/** Code as a job for a session that lives. */
export async function cellRequest(
  app: App,
  { record, isFresh, note }: LivingSession,
  options: CellOptions,
  background: boolean,
): Promise<ProcessRequest> {
  const { name, id, python, directory, asked } = record;
  return {
    prepare: [],
    run: { argv: [python], cwd: directory, stdin_open: true },
    env: {},
    prepareEnv: {},
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    background,
    command: commandOf(name, options.code),
    details: { note },
    session: {
      id,
      name,
      is_sandboxed: asked.sandbox !== "off",
      client: options.client,
      series: options.series,
      install: await wantedPackages(app, record, isFresh, options),
    },
  };
}

/** What the cell needs besides what its session was started with. */
async function wantedPackages(
  { jobs }: App,
  { install, directory, asked }: SessionRecord,
  isFresh: boolean,
  { code, dependencies = [], detectsImports, session }: CellOptions,
): Promise<CellInstall | undefined> {
  if (!install) {
    if (dependencies.length === 0) return undefined;
    throw installsNothing(session);
  }
  const isAsItIs = asked.python_version?.includes("/") ?? false;
  const requirements = isFresh && !isAsItIs ? [] : dependencies;
  const modules = detectsImports ? await importedModules(code, directory) : [];
  if (requirements.length === 0 && modules.length === 0) return undefined;
  return {
    argv: install,
    requirements,
    modules,
    folder: new SessionFiles(jobs.home, session).packages,
  };
}

/** The modules that code imports and Python does not have, each with its distribution, where one is known. */
async function importedModules(code: string, directory: string): Promise<[string, string][]> {
  if (!/\bimport\b/.test(code)) return [];
  const source = code.replace(/^([^\S\n]*)[%!].*$/gm, "$1pass");
  const { imports, dependencies } = await detectImports(source, { directory });
  const table = await loadDistributionTable();
  return imports.flatMap((module) => {
    const found = table.find(module)?.distribution;
    return found !== undefined && dependencies.includes(found)
      ? [[module.split(".")[0]!, found] as [string, string]]
      : [];
  });
}

/** A cell as people tell it from others. */
export function commandOf(name: string, code: string): string {
  const first = code.trim().split("\n")[0]!;
  const text = `session ${name}: ${first}`;
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
