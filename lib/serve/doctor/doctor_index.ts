import { hideSecrets } from "../../base/hide_secrets.ts";
import type { Finding } from "./finding.ts";

const TIMEOUT_MS = 5000;

/** Whether packages can be fetched from where uv fetches them. */
export async function checkIndex(env: Record<string, string>): Promise<Finding[]> {
  const url = env.UV_DEFAULT_INDEX || env.UV_INDEX_URL || "https://pypi.org/simple";
  const shown = hideSecrets(url);
  try {
    const response = await fetch(`${url.replace(/\/$/, "")}/pip/`, {
      method: "HEAD",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (response.ok) return [{ check: "index", level: "ok", message: `${shown} answers` }];
    return [unreachable(shown, `it answers ${response.status}`)];
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      return [{ check: "index", level: "ok", message: "not checked: that needs --allow-net" }];
    }
    return [unreachable(shown, hideSecrets((error as Error).message))];
  }
}

function unreachable(url: string, why: string): Finding {
  return {
    check: "index",
    level: "warning",
    message: `${url} cannot be reached: ${why}`,
    fix: "Scripts with packages installed before still run. Check the network, HTTPS_PROXY, " +
      "SSL_CERT_FILE and UV_DEFAULT_INDEX.",
  };
}
