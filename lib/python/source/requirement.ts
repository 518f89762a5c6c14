import { UserError } from "../../base/user_error.ts";

/** A requirement taken apart as PEP 508 names its pieces; absent pieces are `undefined`. */
export interface Requirement {
  /** Normalised by PEP 503. */
  name: string;
  /** Normalised by PEP 503 and sorted. */
  extras: string[];
  /** e.g. `>=2.0,<3`, without spaces. */
  specifier?: string;
  /** What follows `@`. */
  url?: string;
  /** What follows `;`. */
  marker?: string;
}

const name = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
const head = new RegExp(`^(${name})\\s*(?:\\[([^\\]]*)\\])?\\s*(.*)$`, "s");
const extra = new RegExp(`^${name}$`);
const clause = /^(?:~=|===|==|!=|<=|>=|<|>)\s*[A-Za-z0-9][A-Za-z0-9.!+_*-]*$/;

/** The form of a distribution's name under which PEP 503 compares names. */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

/** The PEP 503 name that a requirement is about. */
export function requirementName(requirement: string): string {
  return parseRequirement(requirement).name;
}

/** The name that a line of a requirements file is about; a path or URL has none. */
export function nameIfAny(line: string): string {
  try {
    return requirementName(line);
  } catch {
    return line;
  }
}

/** Takes a PEP 508 requirement apart; versions and markers are left for uv to judge. */
export function parseRequirement(requirement: string): Requirement {
  const text = requirement.trim();
  if (/[\r\n\0]/.test(text)) throw bad(requirement, "it spans lines");
  const parts = head.exec(text);
  if (!parts) throw bad(requirement, "it does not start with the name of a distribution");
  const extras = parseExtras(parts[2], requirement);
  const rest = parts[3]!;
  const parsed: Requirement = { name: normalizeName(parts[1]!), extras };

  if (rest.startsWith("@")) {
    // A `;` belongs to the URL unless a space stands before it.
    const [url, marker] = splitOnce(rest.slice(1).trim(), /\s+;\s*/);
    if (!url || /\s/.test(url)) throw bad(requirement, "after `@` there must be one URL");
    return { ...parsed, url, ...markerOf(marker, requirement) };
  }

  const [versions, marker] = splitOnce(rest, /\s*;\s*/);
  const inner = /^\((.*)\)$/s.exec(versions!)?.[1] ?? versions!;
  const clauses = inner.trim() === "" ? [] : inner.split(",").map((one) => one.trim());
  for (const one of clauses) {
    if (!clause.test(one)) {
      throw bad(requirement, `\`${shorten(one)}\` is not a version constraint`);
    }
  }
  const specifier = clauses.map((one) => one.replace(/\s+/g, "")).join(",");
  return { ...parsed, ...(specifier ? { specifier } : {}), ...markerOf(marker, requirement) };
}

/** One spelling for requirements that mean the same. */
export function formatRequirement(requirement: Requirement): string {
  const { name, extras, specifier, url, marker } = requirement;
  const subject = extras.length > 0 ? `${name}[${extras.join(",")}]` : name;
  const version = url === undefined ? specifier ?? "" : ` @ ${url}`;
  return marker === undefined ? subject + version : `${subject}${version} ; ${marker}`;
}

function parseExtras(text: string | undefined, requirement: string): string[] {
  if (text === undefined || text.trim() === "") return [];
  const extras = text.split(",").map((one) => one.trim());
  for (const one of extras) {
    if (!extra.test(one)) throw bad(requirement, "its extras are not names");
  }
  return [...new Set(extras.map(normalizeName))].sort();
}

function markerOf(marker: string | undefined, requirement: string): { marker?: string } {
  if (marker === undefined) return {};
  if (marker.trim() === "") throw bad(requirement, "nothing follows its `;`");
  return { marker: marker.trim() };
}

function splitOnce(text: string, separator: RegExp): [string, string | undefined] {
  const match = separator.exec(text);
  return match
    ? [text.slice(0, match.index), text.slice(match.index + match[0].length)]
    : [text, undefined];
}

function bad(requirement: string, rule: string): UserError {
  return new UserError(
    `Cannot use ${
      JSON.stringify(shorten(requirement))
    } from \`dependencies\` or the header: ${rule}. ` +
      "Give a PEP 508 requirement, e.g. `requests`, `pandas>=2.0,<3`, `httpx[http2]` or " +
      "`mytool @ https://example.com/mytool-1.0-py3-none-any.whl`.",
  );
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
