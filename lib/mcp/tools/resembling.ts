/** Names that hosts add to every call, whatever the tool; n8n does. They are nobody's mistake. */
const ADDED_BY_HOSTS = ["toolCallId", "sessionId", "chatInput"];

/** What callers write for a parameter that has another name here. */
const SYNONYMS: Record<string, readonly string[]> = {
  directory: ["cwd", "workdir", "workingdir", "folder"],
  script_content: ["code", "source"],
  script_path: ["file", "filename"],
  source: ["code", "content"],
  dependencies: ["packages", "requirements"],
  env_vars: ["environment"],
};

/** The known name that an unknown one resembles enough to have been meant; `undefined`: none. */
export function resembling(unknown: string, known: readonly string[]): string | undefined {
  if (ADDED_BY_HOSTS.includes(unknown)) return undefined;
  return known.find((name) => joined(name) === joined(unknown)) ??
    known.find((name) => SYNONYMS[name]?.includes(joined(unknown))) ??
    known.find((name) => isMisspelt(unknown, name)) ??
    known.find((name) => sharesWords(unknown, name));
}

function joined(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function isMisspelt(unknown: string, name: string): boolean {
  const [a, b] = [joined(unknown), joined(name)];
  return distance(a, b) <= Math.max(a.length, b.length) / 5;
}

/** Whether all words of one, or their beginnings, are words of the other: `timeout`, `env`, `label`. */
function sharesWords(unknown: string, name: string): boolean {
  const [mine, its] = [words(unknown), words(name)];
  if (mine.length === 0) return false;
  const [few, many] = mine.length <= its.length ? [mine, its] : [its, mine];
  return few.every((word) => many.some((other) => isBeginning(word, other)));
}

function isBeginning(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return short === long || (short.length >= 3 && long.startsWith(short));
}

/** `scriptPath`, `script_path` and `script-path` are of the same words. */
function words(name: string): string[] {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().match(/[a-z0-9]+/g) ?? [];
}

/** How many letters are to be inserted, removed, replaced or swapped to get from one to the other. */
function distance(a: string, b: string): number {
  let [before, row]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
        ? before[j - 2]! + 1
        : Infinity;
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
