import type { SandboxSettings } from "./sandbox_settings.ts";

/** What of the server's environment every script may know; `*` stands for any end. */
const USUAL = [
  "COLUMNS",
  "CUDA_VISIBLE_DEVICES",
  "FORCE_COLOR",
  "HOME",
  "LANG",
  "LANGUAGE",
  "LC_*",
  "LINES",
  "LOGNAME",
  "MKL_NUM_THREADS",
  "MPLBACKEND",
  "NO_COLOR",
  "NUMEXPR_NUM_THREADS",
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "PATH",
  "PYTHONDONTWRITEBYTECODE",
  "PYTHONHASHSEED",
  "PYTHONIOENCODING",
  "PYTHONPATH",
  "PYTHONUNBUFFERED",
  "PYTHONUTF8",
  "PYTHONWARNINGS",
  "SHELL",
  "SOURCE_DATE_EPOCH",
  "SSL_CERT_DIR",
  "SSL_CERT_FILE",
  "TERM",
  "TZ",
  "TZDIR",
  "USER",
];

export function passedVariables({ env }: Pick<SandboxSettings, "env">): string[] {
  return [...USUAL, ...env];
}

/** Where the proxy of the level `hosts` is, for the programs that ask. */
const PROXY = "http://127.0.0.1:3128";

export const PROXY_VARIABLES: Record<string, string> = {
  ...Object.fromEntries(
    ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name) => [name, PROXY]),
  ),
  no_proxy: "localhost,127.0.0.1",
  NO_PROXY: "localhost,127.0.0.1",
};
