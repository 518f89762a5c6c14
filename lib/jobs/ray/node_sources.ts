import { SUPERVISOR_SOURCES } from "../supervisor/supervisor_sources.ts";
import frames from "./node/frames.py" with { type: "text" };
import nodeEnvironment from "./node/node_environment.py" with { type: "text" };
import nodeJob from "./node/node_job.py" with { type: "text" };
import nodePlaces from "./node/node_places.py" with { type: "text" };
import nodePython from "./node/node_python.py" with { type: "text" };
import startOnNode from "./node/start_on_node.py" with { type: "text" };
import superviseOnNode from "./node/supervise_on_node.py" with { type: "text" };

/** The Python files that run a job on a node of a cluster: its supervisor is the one of any job. */
export const NODE_SOURCES: Record<string, string> = {
  ...SUPERVISOR_SOURCES,
  "frames.py": frames,
  "node_environment.py": nodeEnvironment,
  "node_job.py": nodeJob,
  "node_places.py": nodePlaces,
  "node_python.py": nodePython,
  "start_on_node.py": startOnNode,
  "supervise_on_node.py": superviseOnNode,
};
