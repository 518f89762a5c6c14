import { basename, dirname, relative } from "node:path";
import { statIfThere, writePrivate } from "../../base/private_files.ts";
import { UserError } from "../../base/user_error.ts";
import type { Draft } from "../../jobs/process/process_request.ts";
import { placesOn } from "../../jobs/ray/ray_order.ts";
import type { RayRequest } from "../../jobs/ray/ray_submitter.ts";
import type { ZipEntry } from "../../jobs/ray/stored_zip.ts";
import { planOnCluster } from "../../python/plan_on_cluster.ts";
import type { App } from "../app.ts";
import { collectFiles } from "./collect_files.ts";
import { commonRequest, memoryBytes, split } from "./common_request.ts";
import { type CallerEnvironment, runRequest } from "./make_request.ts";
import type { PythonRun, RunOptions } from "./run_options.ts";

const SHOWN_FILES = 10;

/** The job that runs the script on the Ray cluster, with what is sent there. */
export async function makeRayRequest(
  run: PythonRun,
  options: RunOptions,
  { env, note }: CallerEnvironment,
  background: boolean,
  { id, files }: Draft,
  app: App,
): Promise<RayRequest> {
  if (options.stdinOpen) {
    throw new UserError(
      "Cannot keep standard input open with run_on: ray: nothing can be sent to a job on the cluster " +
        "later. Give all of it in `stdin`.",
    );
  }
  const wish = options.ray!;
  const nonce = crypto.randomUUID();
  const places = placesOn(nonce);
  const { source, path, module } = run.script;
  const isInline = path === undefined && module === undefined;
  if (isInline) writePrivate(files.source, source);
  const folder = run.directory ?? (path === undefined ? undefined : folderOf(path));
  const inFolder = path === undefined || folder === undefined ? undefined : inside(folder, path);
  const request = runRequest(
    run,
    options,
    env,
    isInline ? files.source : path,
    folder ?? files.artifacts,
  );
  const onNode = {
    scriptPath: isInline
      ? `${places.control}/inline.py`
      : path === undefined
      ? undefined
      : inFolder === undefined
      ? `${places.control}/script/${basename(path)}`
      : `${places.work}/${inFolder}`,
    cwd: run.directory === undefined && isInline ? places.artifacts : places.work,
    importDirectory: isInline && folder !== undefined ? places.work : undefined,
  };
  const plan = await planOnCluster(request, onNode, places, app.settings.env);
  const sent = folder === undefined || wish.sharedDirectory !== undefined
    ? []
    : collectFiles(folder, wish.include, inFolder);
  const [secret, ours] = split(plan.run.env ?? {}, (name) => name in env);
  const common = commonRequest(
    run,
    options,
    {
      strategy: "ray",
      usesUv: run.useUv,
      resolvedDependencies: plan.resolvedDependencies,
      notes: [note, plan.note, describeSent(sent)],
    },
    secret,
    background,
    app.settings,
  );
  return {
    prepare: [],
    run: {
      ...plan.run,
      env: {
        ...ours,
        PYTHON_MCP_JOB_ID: id,
        PYTHON_MCP_PROGRESS_FILE: places.progress,
        PYTHON_MCP_ARTIFACTS: places.artifacts,
      },
    },
    ...common,
    ray: {
      nonce,
      control: {
        ...plan.control,
        ...(isInline ? { "inline.py": source } : {}),
        ...(path !== undefined && inFolder === undefined
          ? { [`script/${basename(path)}`]: source }
          : {}),
      },
      environment: { ...plan.environment },
      files: sent,
      sharedDirectory: wish.sharedDirectory,
      resources: {
        cpus: wish.cpus,
        gpus: wish.gpus,
        custom: wish.custom,
        labels: wish.labels,
        memoryBytes: memoryBytes(options),
      },
    },
  };
}

/** The folder that a script's own files lie in: for a folder that Python runs, that folder. */
function folderOf(path: string): string {
  return statIfThere(path)?.isDirectory ? path : dirname(path);
}

/** The path inside a folder; `undefined` for one outside of it. */
function inside(folder: string, path: string): string | undefined {
  const below = relative(folder, path);
  if (below === "") return ".";
  return below.startsWith("..") ? undefined : below;
}

function describeSent(files: ZipEntry[]): string | undefined {
  if (files.length === 0) return undefined;
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  const names = files.slice(0, SHOWN_FILES).map(({ name }) => name).join(", ");
  const more = files.length > SHOWN_FILES ? ` and ${files.length - SHOWN_FILES} more` : "";
  const count = files.length === 1 ? "1 file" : `${files.length} files`;
  return `Sent to the cluster: ${count} (${Math.ceil(bytes / 1024)} KB): ${names}${more}`;
}
