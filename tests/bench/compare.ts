/** What one of two sides of a comparison does once; it returns milliseconds when it measures itself. */
export type Act = () => Promise<number | void>;

/** A figure of the bench: how long we take, as a multiple of the same without us. */
export interface Figure {
  name: string;
  /** What `ours` and `base` are. */
  ours: string;
  base: string;
  /** Medians in milliseconds. */
  ours_ms: number;
  base_ms: number;
  ratio: number;
  goal: number;
  pairs: number;
}

export interface Comparison {
  name: string;
  ours: string;
  base: string;
  goal: number;
  pairs: number;
  runOurs: Act;
  runBase: Act;
}

/** Runs both sides in turn, who begins changing each time, after a run of each that does not count. */
export async function compare(comparison: Comparison): Promise<Figure> {
  const { runOurs, runBase, pairs, ...names } = comparison;
  const ours: number[] = [];
  const base: number[] = [];
  await runBase();
  await runOurs();
  for (let pair = 0; pair < pairs; pair++) {
    const sides: [Act, number[]][] = [[runOurs, ours], [runBase, base]];
    for (const [act, times] of pair % 2 === 0 ? sides : sides.reverse()) {
      times.push(await timed(act));
    }
  }
  return {
    ...names,
    ours_ms: rounded(median(ours)),
    base_ms: rounded(median(base)),
    ratio: rounded(median(ours) / median(base)),
    pairs,
  };
}

async function timed(act: Act): Promise<number> {
  const began = performance.now();
  return await act() ?? performance.now() - began;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
