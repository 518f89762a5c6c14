import { hideSecrets } from "../../base/hide_secrets.ts";
import { pickBuildLines } from "./pick_build_lines.ts";

/** How long an explanation may get, in characters. */
const limit = 2000;

/** What `explainFailure` knows besides the log. */
export interface FailedStep {
  label: string;
  /** What is installed, for when a version is to blame. */
  interpreters: string;
  /** What would not have to build the distribution whose build failed. */
  unbuilt?: { requirement: string; versions: string[] };
  /** Where all of the log can be read. */
  logUri?: string;
}

/**
 * Says why a step that prepares an environment failed, from what the step printed: of a failed build
 * the ten lines that matter, else the explanation from its start.
 */
export function explainFailure(
  logText: string,
  step: FailedStep,
): string {
  const { label, logUri } = step;
  const log = hideSecrets(withoutDrawing(fromError(lastAttempt(logText)))).trim();
  const next = advice(withoutBuildOutput(log), step);
  return [
    `${label} failed: ${
      isBuildFailure(log) ? buildFailure(log, logUri) : clip(withoutFrames(log))
    }`,
    ...(next === undefined ? [] : [next]),
  ].join("\n");
}

/** The one line of a failure that tells most. */
export function failureInBrief(logText: string): string {
  const log = hideSecrets(withoutDrawing(fromError(lastAttempt(logText)))).trim();
  const [first = "", ...others] = isBuildFailure(log)
    ? pickBuildLines(unprefixed(log)).lines
    : withoutFrames(log).split("\n");
  const hint = others.find((line) => line.startsWith("hint: ") && !line.includes(" because "));
  const line = (hint?.slice("hint: ".length) ?? others[0] ?? first).trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function buildFailure(log: string, logUri: string | undefined): string {
  const { lines, omitted } = pickBuildLines(unprefixed(log));
  const rest = omitted === 0 || logUri === undefined
    ? []
    : [`[${omitted} more lines; all of it at ${logUri}]`];
  return [...lines, ...rest].join("\n");
}

function isBuildFailure(log: string): boolean {
  return /Failed to build/.test(log);
}

/** What the preparation printed since it gave something up for the last time. */
function lastAttempt(log: string): string {
  return log.split(/^Trying again without .*$/m).at(-1)!;
}

/** The log, without colours, from its first error on: before it uv says what it has done. */
function fromError(log: string): string {
  // deno-lint-ignore no-control-regex
  const plain = log.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replace(/\r/g, "");
  return plain.slice(Math.max(0, plain.search(/^(?:error\b|ERROR\b|\s*×)/m)));
}

/** What uv says itself: what a compiler prints may look like anything. */
function withoutBuildOutput(log: string): string {
  return log.split(/^\s*\[std(?:out|err)\]$/m)[0]!;
}

/** The text without the drawing around uv's messages. */
function withoutDrawing(text: string): string {
  return text.replace(/^[^\S\n]*(?:[×╰─▶│├]+[^\S\n]?)+/gm, "");
}

/** The lines that say something: no frames of tracebacks, which are about others' build scripts. */
function withoutFrames(log: string): string {
  return unprefixed(log).split("\n")
    .filter((line) => !/^\s*(?:File ".*", line \d+|[\^~]+$)/.test(line))
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n") || "it printed nothing";
}

function unprefixed(log: string): string {
  return log.replace(/^(?:error|ERROR): /gm, "").replace(/^\s*cause: /gm, "");
}

function advice(log: string, { label, interpreters, unbuilt }: FailedStep): string | undefined {
  if (/^Downloading Python/.test(label)) {
    const next = /\(requires-python/.test(label)
      ? "Correct that `requires-python` if the code runs on one of these, or pass one as " +
        "`python_version`, which comes before it."
      : "Ask for one of these as `python_version`, or leave it out.";
    return `That version is neither installed nor could it be downloaded. ` +
      `There is ${interpreters || "no other interpreter"}. ${next}`;
  }
  if (/\b401\b|\b403\b|Unauthorized|Forbidden/.test(log)) {
    return "The package index refused the request. Check the user name and password in UV_INDEX, UV_DEFAULT_INDEX or PIP_INDEX_URL.";
  }
  if (/network was disabled|--offline/.test(log)) {
    return "uv is told to stay offline (UV_OFFLINE) and does not have these packages in its cache.";
  }
  const missing = /([\w.-]+) was not found in the (?:package registry|provided package locations)/
    .exec(log)?.[1];
  if (missing !== undefined) {
    return `There is no distribution named ${missing} on the package index. Check the spelling: ` +
      "the name to install often differs from the name to import.";
  }
  if (/unexpected argument/.test(log)) {
    return "The uv that was found is too old. Update it (`uv self update`) and try again.";
  }
  if (/No solution found|no version of|ResolutionImpossible/i.test(log)) {
    return "Loosen or correct the version constraints, or choose another python_version.";
  }
  if (
    /dns error|tcp connect|error sending request|timed out|NewConnectionError|certificate/i.test(
      log,
    )
  ) {
    return "The package index could not be reached. Check the network and, in the server's " +
      "environment, proxies, SSL_CERT_FILE and UV_DEFAULT_INDEX.";
  }
  if (unbuilt && unbuilt.versions.length > 0) {
    const { requirement, versions: [first, ...others] } = unbuilt;
    const has = others.length === 0
      ? `${first}, which is installed here: ask for that`
      : `${others.length === 1 ? first : [first, ...others.slice(0, -1)].join(", ")} and ${
        others.at(-1)
      }, which are installed here: ask for one of them`;
    return `${requirement} had to be built from source, which failed. It has wheels for Python ${has} ` +
      "as `python_version`, or for another version of it.";
  }
  if (isBuildFailure(log)) {
    return "A distribution had to be built from source, which failed. Ask for a version that has " +
      "wheels for this Python, or choose another python_version.";
  }
  return undefined;
}

/** Keeps the beginning, where the error is named, and the end, where its reason stands. */
function clip(text: string): string {
  const room = limit - 500;
  if (text.length <= room) return text;
  return `${text.slice(0, room * 0.6)}\n…\n${text.slice(-room * 0.4)}`;
}
