import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import type { App } from "../../runs/app.ts";
import { listSavedScripts } from "../../runs/scripts/saved_scripts.ts";
import { sessionNames } from "../../runs/sessions/session_names.ts";
import type { Contents, ResourceFamily } from "./define_resource.ts";
import { JOB_PAGE } from "./job_page.ts";
import { JOB_RESOURCES } from "./job_resources.ts";
import { SAVED_SCRIPT } from "./saved_script.ts";
import { SESSION_TRANSCRIPT } from "./session_transcript.ts";

const PAGE = 50;

/** Every family of resources. */
export const RESOURCES: readonly ResourceFamily[] = [
  ...JOB_RESOURCES,
  JOB_PAGE,
  SAVED_SCRIPT,
  SESSION_TRANSCRIPT,
];

/**
 * `resources/list`: the jobs, newest first, a page at a time; after the last the saved scripts and the
 * sessions.
 */
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
  const scripts = (await listSavedScripts(app)).map(({ name, description }) => ({
    uri: `script://${encodeURIComponent(name)}`,
    name,
    ...(description ? { description } : {}),
    mimeType: "text/x-python",
  }));
  const sessions = sessionNames(app)
    .map((name) => ({ uri: `session://${name}`, name, mimeType: "application/json" }));
  const others = families.filter((family) => !isTemplate(family))
    .map(({ read: _, uriTemplate: uri, ...family }) => ({ uri, ...family }));
  return { resources: [...jobs, ...scripts, ...sessions, ...others] };
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
