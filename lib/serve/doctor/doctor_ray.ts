import { hideSecrets } from "../../base/hide_secrets.ts";
import { type RayAddress, RayApi, RayRefusal } from "../../jobs/ray/ray_api.ts";
import type { Finding } from "./finding.ts";

/** The releases of Ray that the program was tried with begin so. */
const KNOWN = "2.";

/** Whether the cluster that jobs may run on answers, lets this user in and has nodes. */
export async function checkRay(address: RayAddress): Promise<Finding[]> {
  const api = new RayApi(address);
  const url = hideSecrets(address.url);
  try {
    const { ray_version } = await api.version();
    const nodes = (await api.nodes()).filter(({ isAlive }) => isAlive);
    // The same as a run asks for: an old dashboard may answer the others alone.
    await api.jobs();
    const names = nodes.map(({ name }) => name).join(", ");
    const count = nodes.length === 1 ? "1 node" : `${nodes.length || "no"} nodes`;
    const message = `Ray ${ray_version} at ${url}, ${count}${names && ` (${names})`}`;
    if (nodes.length === 0) {
      const fix = "Jobs wait until there is one: start a node, or look again in a moment.";
      return [{ check: "Ray", level: "warning", message, fix }];
    }
    if (ray_version.startsWith(KNOWN)) return [{ check: "Ray", level: "ok", message }];
    return [{
      check: "Ray",
      level: "warning",
      message,
      fix: "This release is not known here: try a run before you rely on it.",
    }];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof RayRefusal && [401, 403].includes(error.status)) {
      return [{
        check: "Ray",
        level: "error",
        message: `the cluster at ${url} does not accept the token (${error.status})`,
        fix: "Set RAY_AUTH_TOKEN to the cluster's token, or RAY_AUTH_TOKEN_PATH to its file.",
      }];
    }
    return [{
      check: "Ray",
      level: "error",
      message: error instanceof Error ? error.message : String(error),
      fix: "Set PYTHON_MCP_RAY_ADDRESS to the address of the cluster's dashboard, such as " +
        "http://head:8265, and see that this machine can reach it.",
    }];
  }
}
