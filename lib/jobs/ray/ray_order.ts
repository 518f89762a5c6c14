import type { ZipEntry } from "./stored_zip.ts";

/** What a job on a cluster needs besides what any job does. */
export interface RayOrder {
  /** Marks, in the job's commands, what is known on its node alone; see {@linkcode placesOn}. */
  nonce: string;
  /** What the program itself needs there, such as the text of inline code; by path. */
  control: Record<string, string>;
  /** What Python the node is to run it on; `node_environment.py` reads it. */
  environment: Record<string, unknown>;
  /** The user's own files, sent once for all jobs that have the same. */
  files: ZipEntry[];
  /** A folder that the cluster sees: the job works there, and no files are sent. */
  sharedDirectory?: string;
  resources: RayResources;
}

/** What a node must have for a job to be placed there. */
export interface RayResources {
  cpus?: number;
  gpus?: number;
  /** Amounts of resources that the cluster's owner has named. */
  custom?: Record<string, number>;
  /** Labels of the node, each with a condition, such as `{"ray.io/accelerator-type": "H100"}`. */
  labels?: Record<string, string>;
  memoryBytes?: number;
}

/** Folders and programs of the node that a job comes to run on: `node_places.py` fills them in. */
export interface NodePlaces {
  /** Where the script reports its progress. */
  progress: string;
  /** Where it leaves files. */
  artifacts: string;
  /** What {@linkcode RayOrder.control} holds. */
  control: string;
  /** The user's files. */
  work: string;
  /** The interpreter: the cluster's own, or that of the environment which is made there. */
  python: string;
}

export function placesOn(nonce: string): NodePlaces {
  const place = (name: string) => `@${nonce}:${name}@`;
  return {
    progress: place("progress"),
    artifacts: place("artifacts"),
    control: place("control"),
    work: place("work"),
    python: place("python"),
  };
}
