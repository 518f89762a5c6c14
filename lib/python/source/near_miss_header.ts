const opening = "# /// script";
const closing = "# ///";
const likeOpening = /^\s*#+\s*\/{2,4}\s*script\b[^\w]*$/i;
const likeClosing = /^\s*#+\s*\/{2,4}\s*$/;

/**
 * Says why what looks like a PEP 723 header is none; `undefined` where nothing looks like one.
 *
 * @param source one that has no header
 */
export function describeNearMiss(source: string): string | undefined {
  const lines = source.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => likeOpening.test(line));
  if (first < 0) return undefined;
  const said = `Line ${
    first + 1
  } looks like the start of a PEP 723 header, which counts for nothing: `;
  if (lines[first] !== opening) return `${said}it must be exactly \`${opening}\``;
  for (let index = first + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (likeClosing.test(line) && line !== closing) {
      return `${said}line ${index + 1}, which is to close it, must be exactly \`${closing}\``;
    }
    if (line === "#" || line.startsWith("# ")) continue;
    // A comment without the space after `#`, before the line that would have closed it.
    return line.startsWith("#") && lines.slice(index).some((one) => likeClosing.test(one))
      ? `${said}line ${index + 1} must start with \`# \``
      : `${said}no line \`${closing}\` closes it`;
  }
  return `${said}no line \`${closing}\` closes it`;
}
