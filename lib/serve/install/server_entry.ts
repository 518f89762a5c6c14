import { holdsSecrets } from "../../base/hide_secrets.ts";
import { dirname, join } from "node:path";
import { findLauncherPython } from "../../python/interpreters/find_interpreters.ts";
import { findUv } from "../../python/environment/find_uv.ts";
import { scopedFlags } from "../program/scoped_flags.ts";
import type { ServerEntry } from "./client_config.ts";

const SYSTEM_FOLDERS = ["/usr/local/bin", "/usr/bin", "/bin"];
/** How Deno, uv and pip reach the network and keep what they fetched. */
const NETWORK = [
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "DENO_DIR",
  "NPM_CONFIG_REGISTRY",
  "UV_DEFAULT_INDEX",
  "UV_INDEX_URL",
  "UV_NATIVE_TLS",
  "UV_SYSTEM_CERTS",
  "UV_CACHE_DIR",
  "PIP_INDEX_URL",
  "PIP_CERT",
];

/**
 * What starts this server from anywhere: absolute paths, and a PATH and ways into the network of its
 * own, since a program that the desktop starts does not have those of a terminal.
 */
export function serverEntry({ deno, main, home, env, scoped }: {
  deno: string;
  main: string;
  home: string;
  env: Record<string, string>;
  scoped: boolean;
}): ServerEntry {
  const uv = findUv(home, env);
  const folders = [
    ...(uv === undefined ? [] : [dirname(uv)]),
    dirname(deno),
    ...SYSTEM_FOLDERS,
  ];
  const defaultHome = join(env.HOME ?? "/", ".python_mcp");
  const permissions = scoped ? scopedFlags({ home, python: findLauncherPython(env) }) : ["-A"];
  return {
    command: deno,
    args: Deno.build.standalone ? [] : ["run", ...permissions, "--no-prompt", main],
    env: {
      PATH: [...new Set(folders)].join(":"),
      ...(home === defaultHome ? {} : { PYTHON_MCP_HOME: home }),
      ...networkOf(env),
    },
  };
}

/** What is set of the network; a value with a password in it stays out of a client's file. */
function networkOf(env: Record<string, string>): Record<string, string> {
  const set = NETWORK.filter((name) => env[name] && !holdsSecrets(env[name]));
  return Object.fromEntries(set.map((name) => [name, env[name]!]));
}
