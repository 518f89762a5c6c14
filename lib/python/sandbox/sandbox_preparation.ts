import { join } from "node:path";
import type { PrepareStep } from "../../base/command.ts";
import { ensureFolder } from "../../base/private_files.ts";
import { indexHosts } from "./index_hosts.ts";
import { filesOfAll } from "./interpreter_files.ts";
import { keptFolders } from "./kept_folders.ts";
import { PROXY_VARIABLES } from "./passed_variables.ts";
import { contains, placesOf, showsReal } from "./places.ts";
import type { SandboxContext } from "./sandbox_step.ts";
import { inSandbox } from "./wrap.ts";
import { requireSandbox } from "./try_sandbox.ts";

/** What uv and pip go by: indexes, certificates, proxies, compilers. */
const OF_PREPARATION = [
  ...["UV_*", "PIP_*", "SSL_CERT_*", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "XDG_CONFIG_HOME"],
  ...["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]),
  ...["CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "PKG_CONFIG_PATH", "CARGO_HOME"],
];

/** With what plain http, which the proxy lets pass by SOCKS only, needs: an index may have it. */
const PROXY_OF_PREPARATION = {
  ...PROXY_VARIABLES,
  http_proxy: PROXY_VARIABLES.http_proxy!.replace("http:", "socks5h:"),
  HTTP_PROXY: PROXY_VARIABLES.http_proxy!.replace("http:", "socks5h:"),
  // An index may be on this machine.
  no_proxy: "",
  NO_PROXY: "",
};

/**
 * A command that prepares, in a sandbox: building a package runs its code. It reads what scripts read,
 * and writes to the folder of its environment and to uv's cache.
 *
 * @param progress the folder that it reports its progress in
 */
export async function sandboxPreparation(
  { needs, ...step }: PrepareStep,
  context: SandboxContext,
  progress: string,
): Promise<PrepareStep> {
  const { level, settings, home, env } = context;
  if (level === "off") return step;
  const tool = await requireSandbox(level, env);
  const places = placesOf(home, settings, env);
  const { uv: cache, pythons } = keptFolders(home);
  const writable = [...needs?.writes ?? [], cache, pythons, progress];
  writable.forEach(ensureFolder);
  const python = filesOfAll([step.argv[0]!, ...needs?.pythons ?? []], places);
  const reads = [...needs?.reads ?? [], join(home, "runtime"), ...configuration(env)];
  const network = level === "workspace"
    ? {}
    : { hosts: level === "hosts" ? settings.hosts : [], index: indexHosts(env) };
  const isSeen = (path: string) =>
    showsReal(places, path) || writable.some((folder) => contains(folder, path));
  const sandbox = inSandbox(tool, context, {
    level,
    places,
    userHome: env.HOME,
    readable: [...python.readable, ...reads].filter((path) => !isSeen(path)),
    links: python.links,
    writable,
    writesRoots: false,
    guarded: { existing: [], placeholders: [] },
    hasNetwork: level === "workspace",
  }, { ...network, more: OF_PREPARATION });
  const variables = {
    UV_CACHE_DIR: cache,
    UV_PYTHON_INSTALL_DIR: pythons,
    // A file system that shows in two places has no links between them.
    UV_LINK_MODE: "copy",
    ...(level === "workspace" ? {} : PROXY_OF_PREPARATION),
  };
  return { ...step, env: { ...step.env, ...variables }, sandbox };
}

/** Where people set up uv and pip for themselves. */
function configuration({ HOME, XDG_CONFIG_HOME }: Record<string, string>): string[] {
  const folder = XDG_CONFIG_HOME || (HOME && join(HOME, ".config"));
  return folder ? [join(folder, "uv"), join(folder, "pip")] : [];
}
