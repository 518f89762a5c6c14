/** Where packages and interpreters come from where nobody says otherwise. */
const USUAL = [
  "pypi.org:443",
  "files.pythonhosted.org:443",
  // Interpreters that uv downloads.
  "github.com:443",
  "objects.githubusercontent.com:443",
  "release-assets.githubusercontent.com:443",
  "releases.astral.sh:443",
];

const SETTINGS = [
  "UV_DEFAULT_INDEX",
  "UV_INDEX",
  "UV_INDEX_URL",
  "UV_EXTRA_INDEX_URL",
  "UV_FIND_LINKS",
  "UV_PYTHON_INSTALL_MIRROR",
  "UV_PYPY_INSTALL_MIRROR",
  "PIP_INDEX_URL",
  "PIP_EXTRA_INDEX_URL",
  "PIP_FIND_LINKS",
];

/** The hosts that preparing an environment needs, as `host:port`. */
export function indexHosts(env: Record<string, string>): string[] {
  const named = SETTINGS.flatMap((name) => (env[name] ?? "").split(/\s+/))
    // uv's may have a name before them.
    .map((text) => text.replace(/^[\w.-]+=/, ""))
    .flatMap((text) => URL.canParse(text) ? [new URL(text)] : [])
    .filter(({ protocol }) => protocol === "http:" || protocol === "https:");
  const hosts = named.map(({ hostname, port, protocol }) =>
    `${hostname}:${port || (protocol === "http:" ? 80 : 443)}`
  );
  return [...new Set([...USUAL, ...hosts])];
}
