const CONTEXT = 2;

/** The lines that differ, with a few around them, as `diff -u` shows them: for changes in one place. */
export function lineDiff(before: string, after: string): string {
  if (before === after) return "";
  const old = before.split("\n");
  const fresh = after.split("\n");
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let end = 0;
  while (
    end < old.length - start && end < fresh.length - start &&
    old.at(-1 - end) === fresh.at(-1 - end)
  ) end++;
  const marked = (mark: string, lines: string[]) => lines.map((line) => mark + line);
  return [
    ...marked(" ", old.slice(Math.max(0, start - CONTEXT), start)),
    ...marked("-", old.slice(start, old.length - end)),
    ...marked("+", fresh.slice(start, fresh.length - end)),
    ...marked(" ", old.slice(old.length - end, old.length - end + CONTEXT)),
  ].filter((line) => line !== "-" && line !== "+" && line !== " ").join("\n");
}
