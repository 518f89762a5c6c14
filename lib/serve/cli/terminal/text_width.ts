import measure from "fast-string-truncated-width";

/** How many columns of a terminal text takes: a character may take two, or none. */
export function widthOf(text: string): number {
  return measure(text).width;
}

/** Text in at most so many columns; where it is cut, between characters, it ends with `…`. */
export function cutToWidth(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = "";
  let width = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept}…`;
}
