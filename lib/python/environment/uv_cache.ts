import { homedir } from "node:os";
import { join } from "node:path";
import { namesIn } from "../interpreters/find_executables.ts";

/**
 * Tells whether uv has a wheel of a distribution in its cache, so that installing it downloads
 * nothing large.
 *
 * @param python the version that the wheel has to fit, such as `3.12`; any fits without it
 */
export function uvCacheHas(
  distribution: string,
  { env, python }: { env: Record<string, string>; python?: string },
): boolean {
  const cpython = /3\.(\d+)/.exec(python ?? "")?.[1];
  const fits = (name: string) =>
    cpython === undefined || /-(?:py3|py2\.py3|cp3\d+-abi3)-/.test(name) ||
    name.includes(`-cp3${cpython}-`);
  return wheelFolders(cacheFolder(env)).some((folder) =>
    // Beside these lie the metadata of what was merely looked at.
    namesIn(join(folder, distribution)).some((name) => /\.(?:http|rev)$/.test(name) && fits(name))
  );
}

function cacheFolder(env: Record<string, string>): string {
  if (env.UV_CACHE_DIR) return env.UV_CACHE_DIR;
  return join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), ".cache"), "uv");
}

/** One for PyPI, and one for each other index. */
function wheelFolders(cache: string): string[] {
  return namesIn(cache).filter((name) => /^wheels-v\d+$/.test(name)).flatMap((name) => {
    const wheels = join(cache, name);
    const others = namesIn(join(wheels, "index")).map((one) => join(wheels, "index", one));
    return [join(wheels, "pypi"), ...others];
  });
}
