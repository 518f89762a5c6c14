import { oneLine } from "./terminal_text.ts";
import { cutToWidth, widthOf } from "./text_width.ts";

export interface Column {
  title: string;
  /** Which column gives way where the terminal is too narrow; one at most. */
  shrinks?: boolean;
  alignRight?: boolean;
  /** Colours a cell after it has got its width. */
  paint?: (cell: string, row: number) => string;
}

const GAP = "  ";
const NARROWEST = 8;

/** Lays out rows of text in columns; `width` is the terminal's, if there is one. */
export function renderTable(columns: Column[], rows: string[][], width?: number): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((row) => widthOf(row[index]!)))
  );
  const total = widths.reduce((sum, one) => sum + one, GAP.length * (columns.length - 1));
  const shrinking = columns.findIndex(({ shrinks }) => shrinks);
  if (width !== undefined && total > width && shrinking >= 0) {
    widths[shrinking] = Math.max(NARROWEST, widths[shrinking]! - (total - width));
  }
  const line = (row: string[], index: number) =>
    row.map((cell, column) => {
      const { alignRight, paint } = columns[column]!;
      const fitted = fit(cell, widths[column]!, alignRight ?? false);
      return index >= 0 && paint ? paint(fitted, index) : fitted;
    }).join(GAP).trimEnd();
  const all = [line(columns.map(({ title }) => title), -1), ...cells.map(line)];
  return all.join("\n") + "\n";
}

function fit(text: string, width: number, alignRight: boolean): string {
  const cut = cutToWidth(text, width);
  const filler = " ".repeat(width - widthOf(cut));
  return alignRight ? filler + cut : cut + filler;
}
