import type { Progress } from "../../jobs/model/job.ts";

const LONGEST_MESSAGE = 200;

/** A bar of `tqdm` in its default format: `description:  45%|####    | 45/100 [00:04<00:05, 9.8it/s]`. */
const TQDM_BAR =
  /^(.*?):?\s*\b\d{1,3}%\|[^|]*\|\s*([\d.]+)([kMGTP]?)\/([\d.]+)([kMGTP]?)\s*\[(.*?)\]?\s*$/;
const FACTORS: Record<string, number> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 };

/** The progress that the last line of stderr shows, when it is a `tqdm` bar. */
export function tqdmProgress(stderr: string): Progress | null {
  const bar = TQDM_BAR.exec(stderr.trimEnd().split("\n").at(-1)!);
  if (!bar) return null;
  const [, label, current, currentUnit, total, totalUnit, rest] = bar;
  const message = [label!.trim(), rest!.trim().replaceAll(/\s+/g, " ")]
    .filter((text) => text !== "").join(" ");
  return {
    current: Number(current) * FACTORS[currentUnit!]!,
    total: Number(total) * FACTORS[totalUnit!]!,
    message: message.slice(0, LONGEST_MESSAGE) || null,
  };
}
