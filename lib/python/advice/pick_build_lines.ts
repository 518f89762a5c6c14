/** How many lines of a failed build are shown, and how long each may be. */
const shownLines = 10;
const longestLine = 200;

/** What compilers, build tools and Python say when something is wrong. */
const telling =
  /\b(?:fatal )?error\b[:\s]|^\w*(?:Error|Exception)\b|CMake Error|\bundefined reference\b|\bcannot find\b|\bcould not find\b|\bnot found\b|No such file|\bnot (?:installed|supported)\b|\brequires?\b.*(?:\d|install)|\bfailed to\b|^Caused by/i;
/** Lines that come with every failure of their kind. */
const empty =
  /^(?:\[std(?:out|err)\]|The build backend returned an error|hint: Build failures usually|Traceback|compilation terminated|copying |creating |running |writing |adding |reading )/;

/**
 * The lines of a failed build that matter, in their order, ten at most: what was built, what went wrong
 * and what uv advises; the last ones where none says what went wrong.
 *
 * @param log what was printed from the first error on, without uv's drawing
 */
export function pickBuildLines(log: string): { lines: string[]; omitted: number } {
  const all = log.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const candidates = all.map((line, index) => ({ line, index }))
    .filter(({ line, index }) =>
      !empty.test(line) && !isFrame(all, index) && all.indexOf(line) === index
    );
  const picked = new Set<number>();
  const pick = (from: { index: number }[], most: number) => {
    const left = from.filter(({ index }) => !picked.has(index));
    const count = Math.min(most, shownLines - picked.size);
    for (const { index } of left.slice(0, count)) picked.add(index);
  };
  const isTelling = ({ line }: { line: string }) =>
    telling.test(line) && !/^(?:warning: |Failed to build)/.test(line);
  pick(candidates, 1);
  pick(candidates.filter(({ line }) => /^hint: /.test(line)), 2);
  const wrong = candidates.filter(isTelling);
  // The first is where it began, the last is what it came to; often the next line explains it.
  pick(wrong, 3);
  pick(wrong.toReversed(), 2);
  pick(candidates.filter((_, at) => at > 0 && isTelling(candidates[at - 1]!)).toReversed(), 2);
  pick(wrong.toReversed(), shownLines);
  if (wrong.length === 0) pick(candidates.toReversed(), shownLines);
  const lines = [...picked].sort((a, b) => a - b).map((index) => cut(all[index]!));
  return { lines, omitted: all.length - lines.length };
}

/** A frame of a traceback, its line of code, or the marks below it: these are about build tools. */
function isFrame(lines: string[], index: number): boolean {
  const frame = /^File ".*", line \d+/;
  return frame.test(lines[index]!) || /^[\^~]+$/.test(lines[index]!) ||
    (frame.test(lines[index - 1] ?? "") && !telling.test(lines[index]!));
}

function cut(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`;
}
