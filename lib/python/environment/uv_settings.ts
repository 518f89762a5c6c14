import { hideSecrets } from "../../base/hide_secrets.ts";

/**
 * Settings under which the same requirements come down to other packages. Those of pip count where
 * uv has none of its own; see `prepare_environment.py`.
 */
const decisive = [
  "PIP_EXTRA_INDEX_URL",
  "PIP_INDEX_URL",
  "UV_BUILD_CONSTRAINT",
  "UV_CONFIG_FILE",
  "UV_CONSTRAINT",
  "UV_DEFAULT_INDEX",
  "UV_EXCLUDE_NEWER",
  "UV_EXTRA_INDEX_URL",
  "UV_FIND_LINKS",
  "UV_INDEX",
  "UV_INDEX_STRATEGY",
  "UV_INDEX_URL",
  "UV_NO_BINARY",
  "UV_NO_BUILD",
  "UV_NO_INDEX",
  "UV_OVERRIDE",
  "UV_PRERELEASE",
  "UV_RESOLUTION",
  "UV_TORCH_BACKEND",
];

/**
 * What of the environment decides about packages, as a text without passwords; empty for most.
 *
 * @param env the server's environment with the caller's changes
 */
export function uvSettings(env: Record<string, string>): string {
  return decisive.filter((name) => env[name])
    .map((name) => `${name}=${hideSecrets(env[name]!)}`).join("\n");
}
