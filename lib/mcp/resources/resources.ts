import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import { findScript, listScripts } from "../../python/library/script_library.ts";
import { readSource } from "../../python/source/source_text.ts";
import type { App } from "../../runs/app.ts";
import type { Contents, ResourceFamily } from "./define_resource.ts";
import { JOB_PAGE } from "./job_page.ts";
import { JOB_RESOURCES } from "./job_resources.ts";

const PAGE = 50;
const MOST_COMPLETIONS = 100;

/** Every family of resources. */
export const RESOURCES: readonly ResourceFamily[] = [
  ...JOB_RESOURCES,
  JOB_PAGE,
  {
    name: "script",
    title: "A saved script",
    uriTemplate: "script://{name}",
    description: "The source of a script kept by py_save_script.",
    mimeType: "text/x-python",
    read(uri, app) {
      const path = pathOfScript(decodeURIComponent(uri.host), app);
      if (path === undefined) return Promise.resolve(undefined);
      const text = readSource(path);
      return Promise.resolve({ uri: uri.href, mimeType: "text/x-python", text });
    },
  },
];

function pathOfScript(name: string, app: App): string | undefined {
  try {
    return findScript(app.settings.home, name);
  } catch {
    return undefined; // no such script, or no name that one may have
  }
}

/** `resources/list`: the jobs, newest first, a page at a time; the saved scripts after the last. */
export async function listResources(
  cursor: string | undefined,
  families: readonly ResourceFamily[],
  app: App,
) {
  const before = cursor === undefined ? undefined : Number(cursor);
  if (before !== undefined && !Number.isSafeInteger(before)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Invalid cursor: ${cursor}`);
  }
  const { rows } = await app.jobs.list({ limit: PAGE, before });
  const jobs = rows.map((row) => ({
    uri: `job://${encodeURIComponent(row.id)}`,
    name: row.label ?? row.tool,
    title: `${row.label ?? row.tool} (${row.status})`,
    description: `Created ${new Date(row.createdAt).toISOString()}`,
    mimeType: "application/json",
  }));
  if (rows.length === PAGE) return { resources: jobs, nextCursor: String(rows.at(-1)!.seq) };
  const scripts = (await listScripts(app.settings.home)).map(({ name, description }) => ({
    uri: `script://${encodeURIComponent(name)}`,
    name,
    ...(description ? { description } : {}),
    mimeType: "text/x-python",
  }));
  const others = families.filter((family) => !isTemplate(family))
    .map(({ read: _, uriTemplate: uri, ...family }) => ({ uri, ...family }));
  return { resources: [...jobs, ...scripts, ...others] };
}

export function listTemplates(families: readonly ResourceFamily[]) {
  return {
    resourceTemplates: families.filter(isTemplate).map(({ read: _, ...family }) => family),
  };
}

function isTemplate({ uriTemplate }: ResourceFamily): boolean {
  return uriTemplate.includes("{");
}

/** `resources/read`. */
export async function readResource(
  uri: string,
  families: readonly ResourceFamily[],
  app: App,
): Promise<{ contents: Contents[] }> {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  for (const { uriTemplate, read } of url ? families : []) {
    if (!uriTemplate.startsWith(`${url!.protocol}//`)) continue;
    const contents = await read(url!, app);
    if (contents) return { contents: [{ ...contents, uri }] };
  }
  throw new ResourceNotFoundError(uri);
}

/** `completion/complete` for the ids and names in templates and prompts. */
export async function complete(argument: string, value: string, app: App) {
  const all = await candidates(argument, app);
  const fitting = all.filter((candidate) => candidate.startsWith(value));
  return {
    completion: {
      values: fitting.slice(0, MOST_COMPLETIONS),
      total: fitting.length,
      hasMore: fitting.length > MOST_COMPLETIONS,
    },
  };
}

async function candidates(argument: string, app: App): Promise<string[]> {
  switch (argument) {
    case "job_id":
      return (await app.jobs.list({ limit: 1000 })).rows.map(({ id }) => id);
    case "stream":
      return ["stdout", "stderr"];
    case "name":
    case "script_name":
      return (await listScripts(app.settings.home)).map(({ name }) => name);
    default:
      return [];
  }
}
