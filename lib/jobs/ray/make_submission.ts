import type { ProcessRequest } from "../process/process_request.ts";
import type { ProcessSpec } from "../files/process_spec.ts";
import { NODE_SOURCES } from "./node_sources.ts";
import type { Submission } from "./ray_api.ts";
import type { RayOrder } from "./ray_order.ts";
import { storedZip } from "./stored_zip.ts";

/** Its files lie in a folder of their own: Ray puts what it unpacks on the path of every Python. */
const FOLDER = "python_mcp_job";
const START = `${FOLDER}/start_on_node.py`;
/** How long Ray waits for the end of a job that it stops, in seconds: a script has five. */
const STOP_SECONDS = "20";

/**
 * Finds what was sent on PYTHONPATH, the only place where Ray says where that is. `-I -S`: nothing of the
 * user's can stand in for a module of Python's own.
 */
const ENTRYPOINT = `IFS=:; for d in $PYTHONPATH; do if [ -f "$d/${START}" ]; then ` +
  `exec "$(command -v python3 || command -v python)" -I -S "$d/${START}"; fi; done; ` +
  'echo "what python-mcp sent is not on this node"; exit 1';

/** What takes the place of a package whose job must not start any more, or has begun. */
export function neutralPackage(): Uint8Array<ArrayBuffer> {
  return packageOf({ "start_on_node.py": 'print("The job was cancelled")\n' });
}

/** The name of the package with what the program itself needs. */
export function controlPackageName(id: string): string {
  return `_ray_pkg_${id.replaceAll("-", "")}.zip`;
}

/** That package. The values of variables, and the input, are in it and nowhere else. */
export function controlPackage(
  order: RayOrder,
  process: ProcessSpec,
  { env, prepareEnv, run }: ProcessRequest,
): Uint8Array<ArrayBuffer> {
  const job = {
    id: process.id,
    nonce: order.nonce,
    shared_directory: order.sharedDirectory,
    environment: order.environment,
    process,
  };
  const values = { env, prepare_env: prepareEnv, stdin: run.stdin };
  return packageOf({
    ...NODE_SOURCES,
    ...order.control,
    "job.json": JSON.stringify(job),
    "values.json": JSON.stringify(values),
  });
}

function packageOf(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  return storedZip(
    Object.entries(files).map(([name, text]) => ({
      name: `${FOLDER}/${name}`,
      content: encoder.encode(text),
    })),
  );
}

/** What Ray is asked to start. `workPackage`: the user's own files. */
export function makeSubmission(
  id: string,
  { resources }: RayOrder,
  label: string | null,
  workPackage: string | undefined,
): Submission {
  const { cpus, gpus, custom, labels, memoryBytes } = resources;
  return {
    submission_id: id,
    entrypoint: ENTRYPOINT,
    runtime_env: {
      py_modules: [`gcs://${controlPackageName(id)}`],
      ...(workPackage === undefined ? {} : { working_dir: `gcs://${workPackage}` }),
      env_vars: { RAY_JOB_STOP_WAIT_TIME_S: STOP_SECONDS },
    },
    metadata: label === null ? {} : { label },
    entrypoint_num_cpus: cpus,
    entrypoint_num_gpus: gpus,
    entrypoint_memory: memoryBytes,
    entrypoint_resources: custom,
    entrypoint_label_selector: labels,
  };
}
